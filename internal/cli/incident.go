package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"bearings/internal/fastapi"
	"bearings/internal/history"
	"bearings/internal/incident"
	"bearings/internal/report"
)

// incidents is a project with its incidents.
type incidents struct {
	*answer
	store *incident.Store
}

func openIncidents(ctx context.Context, path string, noCache bool) (*incidents, error) {
	t, err := single([]string{path})
	if err != nil {
		return nil, err
	}
	t.noCache = noCache
	a, err := analyse(ctx, t, choice{})
	if err != nil {
		return nil, err
	}
	return &incidents{a, incident.In(a.workspace.Root())}, nil
}

// openRecord finds the incident that is meant, and analyses the folder that it is
// about, which may be above or below the one in which the person stands. find
// chooses among the incidents of a store.
func openRecord(ctx context.Context, path, id string, noCache bool, find func(*incident.Store, string) (*incident.Record, error)) (*incidents, *incident.Record, error) {
	t, err := single([]string{path})
	if err != nil {
		return nil, nil, err
	}
	r, err := find(incident.In(t.root), id)
	if err != nil {
		return nil, nil, err
	}
	folder := r.At()
	if same, err := filepath.EvalSymlinks(t.root); err == nil {
		if abs, err := filepath.Abs(same); err == nil && abs == folder {
			folder = t.root
		}
	}
	i, err := openIncidents(ctx, folder, noCache)
	if err != nil {
		return nil, nil, err
	}
	r, err = i.store.Load(r.ID)
	return i, r, err
}

// status says where an incident stands, with what only the disk knows.
func (i *incidents) status(r *incident.Record) *incident.Status {
	s := incident.StatusOf(r, i.project, i.result.Findings)
	s.Unseen = r.Touched(i.project.Tree, i.workspace.Name)
	return s
}

func newIncident(s Streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "incident",
		Short: "Keep what is known of an incident: initial state, changes and why, verdicts, next check",
		Long: `incident records the state in which an incident began, and tells at any time what
changed since and why, what is confirmed, which hypotheses are open, what is ruled
out, and what to check next. Records are small files below .bearings/incidents at
the root of the git repository (outside of git: in the project's folder), so that
editors and terminals in all of its folders keep one; no secret is ever in them.`,
		Example: `  bearings incident open "GET /me" 401 --symptom "token is issued, /me refuses" --before "renamed the key"
  bearings incident status
  bearings incident verdict 3fa2b1c0 ruled-out --because "the container has the same key"
  bearings incident note "renamed JWT_SECRET back"
  bearings incident close --because "the key has one name again"`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(incidentOpen(s), incidentStatus(s), incidentVerdict(s), incidentNote(s), incidentClose(s), incidentList(s))
	return cmd
}

// projectFlags adds the flags that every command about incidents has.
func projectFlags(cmd *cobra.Command, path, id *string, noCache *bool) {
	if noCache != nil {
		cacheFlag(cmd, noCache)
	}
	cmd.Flags().StringVar(path, "project", ".", "the project's folder")
	if id != nil {
		cmd.Flags().StringVar(id, "id", "", "which incident, where several are open")
	}
}

func incidentOpen(s Streams) *cobra.Command {
	var path string
	var noCache bool
	var begin incident.Begin
	cmd := &cobra.Command{
		Use:   `open "GET /me" [STATUS]`,
		Short: "Record the initial state, before anything is changed",
		Args:  cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			i, err := openIncidents(cmd.Context(), path, noCache)
			if err != nil {
				return err
			}
			if len(i.project.Apps) == 0 {
				return i.noApplication()
			}
			asked, err := report.Ask(i.project, strings.Join(args, " "), 0)
			if err != nil {
				return err
			}
			if asked.Operation == nil {
				return errors.New(`name a path operation, as in bearings incident open "GET /me" 401`)
			}
			if err := asked.Certain(i.project); err != nil {
				return err
			}
			begin.At = time.Now()
			history.Begin(i.workspace, &begin)
			r := incident.New(i.project, i.result.Findings, asked, begin)
			if err := i.store.Create(r); err != nil {
				return err
			}
			_, err = fmt.Fprintf(s.Out, "opened %s: the initial state is kept in %s\n%s\n", r.ID,
				i.store.Name(r.ID), "bearings incident status tells where it stands and what to check next")
			return err
		},
	}
	projectFlags(cmd, &path, nil, &noCache)
	cmd.Flags().StringVar(&begin.Symptom, "symptom", "", "what is seen, in your words")
	cmd.Flags().StringVar(&begin.Before, "before", "", "what was changed just before")
	return cmd
}

func incidentStatus(s Streams) *cobra.Command {
	var path, id, color string
	var noCache bool
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Tell where the incident stands, and what to check next",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			on, err := colored(color, s.Out)
			if err != nil {
				return err
			}
			i, r, err := openRecord(cmd.Context(), path, id, noCache, (*incident.Store).Current)
			if err != nil {
				return err
			}
			return i.status(r).Document().WriteText(s.Out, i.project, report.Style{Color: on, Width: columns(s.Out)})
		},
	}
	projectFlags(cmd, &path, &id, &noCache)
	colorFlag(cmd, &color)
	return cmd
}

func incidentVerdict(s Streams) *cobra.Command {
	var path, id, because string
	var noCache bool
	cmd := &cobra.Command{
		Use:   "verdict FINGERPRINT confirmed|ruled-out|open",
		Short: "Keep what was verified about a finding, and because of what",
		Args:  cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("verdict", args[1], incident.Confirmed, incident.RuledOut, incident.Open); err != nil {
				return errors.New(strings.TrimPrefix(err.Error(), "--"))
			}
			if because == "" && args[1] != incident.Open {
				return errors.New("say with --because what was seen: a verdict without a reason cannot be trusted later")
			}
			i, r, err := openRecord(cmd.Context(), path, id, noCache, (*incident.Store).Current)
			if err != nil {
				return err
			}
			f, err := incident.Find(i.result.Findings, args[0])
			if err != nil {
				return err
			}
			var verdict incident.Verdict
			_, err = i.store.Update(r.ID, func(r *incident.Record) error {
				verdict, err = r.Judge(i.project, f, args[1], because, time.Now())
				return err
			})
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(s.Out, "%s: %s\n", args[1], verdict.Message)
			return err
		},
	}
	projectFlags(cmd, &path, &id, &noCache)
	cmd.Flags().StringVar(&because, "because", "", "what was seen")
	return cmd
}

func incidentNote(s Streams) *cobra.Command {
	var path, id string
	var noCache bool
	cmd := &cobra.Command{
		Use:   "note TEXT",
		Short: "Say why something was changed; the note covers the changes since the note before",
		Args:  cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			i, r, err := openRecord(cmd.Context(), path, id, noCache, (*incident.Store).Current)
			if err != nil {
				return err
			}
			covered := 0
			_, err = i.store.Update(r.ID, func(r *incident.Record) error {
				covered = r.AddNote(i.project, strings.Join(args, " "), time.Now())
				return nil
			})
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(s.Out, "noted; it says why of %s\n", plural(covered, "change", "changes"))
			return err
		},
	}
	projectFlags(cmd, &path, &id, &noCache)
	return cmd
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func incidentClose(s Streams) *cobra.Command {
	var path, id, because string
	var noCache bool
	cmd := &cobra.Command{
		Use:   "close",
		Short: "End the incident, and say how",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if because == "" {
				return errors.New("say with --because how it ended: what it was, or that it is not known")
			}
			i, r, err := openRecord(cmd.Context(), path, id, noCache, (*incident.Store).Current)
			if err != nil {
				return err
			}
			_, err = i.store.Update(r.ID, func(r *incident.Record) error { return r.Close(i.project, because, time.Now()) })
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(s.Out, "closed %s; bearings report --id %s tells it to a colleague\n", r.ID, r.ID)
			return err
		},
	}
	projectFlags(cmd, &path, &id, &noCache)
	cmd.Flags().StringVar(&because, "because", "", "how it ended")
	return cmd
}

func incidentList(s Streams) *cobra.Command {
	var path string
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the incidents, those that are open first",
		Args:  cobra.NoArgs,
		RunE: func(_ *cobra.Command, _ []string) error {
			t, err := single([]string{path})
			if err != nil {
				return err
			}
			list, broken, err := incident.In(t.root).List()
			if err != nil {
				return err
			}
			return writeIncidents(s.Out, list, broken)
		},
	}
	projectFlags(cmd, &path, nil, nil)
	return cmd
}

func writeIncidents(w io.Writer, list []*incident.Record, broken []*incident.CorruptError) error {
	slices.SortStableFunc(list, func(a, b *incident.Record) int {
		switch {
		case a.IsOpen() == b.IsOpen():
			return 0
		case a.IsOpen():
			return -1
		}
		return 1
	})
	var out strings.Builder
	for _, r := range list {
		words := "open"
		if !r.IsOpen() {
			words = "closed: " + r.Outcome
		}
		of := ""
		if r.Folder != "" {
			of = "  " + r.Folder
		}
		fmt.Fprintf(&out, "%s  %s%s  %s\n", r.ID, r.Title(), of, words)
	}
	for _, b := range broken {
		fmt.Fprintf(&out, "%s\n", b)
	}
	if out.Len() == 0 {
		out.WriteString("no incident has been opened\n")
	}
	_, err := io.WriteString(w, (*report.Redactor)(nil).Text(out.String()))
	return err
}

func newReport(s Streams) *cobra.Command {
	var path, id, format string
	var noCache bool
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Tell an incident to a colleague: event, structure, layer, confirmed, open, ruled out, repair plan",
		Long: `report writes an incident as Markdown, or as one HTML page that loads nothing: the
event, the structure per environment, the way of the request with a Mermaid
diagram, the layer, what is confirmed, open and ruled out, the changes and why they
were made, the repair plan, and how it does not happen again.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := oneOf("format", format, "markdown", "html", "text"); err != nil {
				return err
			}
			i, r, err := openRecord(cmd.Context(), path, id, noCache, latest)
			if err != nil {
				return err
			}
			return writeReport(s.Out, i.project, i.status(r), format)
		},
	}
	projectFlags(cmd, &path, &id, &noCache)
	cmd.Flags().StringVar(&format, "format", "markdown", "markdown, html or text")
	return cmd
}

func writeReport(w io.Writer, p *fastapi.Project, s *incident.Status, format string) error {
	switch format {
	case "html":
		return s.Report().WriteHTML(w, p, "Incident: "+s.Record.Title())
	case "text":
		return s.Report().WriteText(w, p, report.Style{Width: columns(w)})
	}
	return s.Report().WriteMarkdown(w, p)
}

// latest is the incident that is meant: also the last one that was closed, when none is open.
func latest(store *incident.Store, id string) (*incident.Record, error) {
	r, err := store.Current(id)
	if err == nil || id != "" {
		return r, err
	}
	list, _, listErr := store.List()
	list = slices.DeleteFunc(list, (*incident.Record).Elsewhere)
	if listErr != nil || len(list) == 0 || slices.ContainsFunc(list, (*incident.Record).IsOpen) {
		return nil, err
	}
	return list[len(list)-1], nil
}
