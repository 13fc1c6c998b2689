package environment

import (
	"bytes"
	"fmt"
	"path"
	"strings"

	"bearings/internal/secret"
	"bearings/internal/source"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
)

// image is what a Dockerfile gives at the end of one stage.
type image struct {
	path       source.Path
	context    source.Path
	name       string // of the stage
	base       string // the external image below it all
	at         source.Location
	env        []Assignment // in order: the last one of a name wins
	args       []Assignment
	dir        Dir
	fs         *imageFS
	cmd        *commandLine
	entrypoint *commandLine
	gaps       []Gap
}

// commandLine is a CMD, ENTRYPOINT, command: or entrypoint:.
type commandLine struct {
	words []string
	shell bool // one text, run by /bin/sh -c
	at    source.Location
}

// buildSpec says how an image is built.
type buildSpec struct {
	dockerfile, context source.Path
	target              string
	args                map[string]Assignment
}

// dockerfileText is a parsed Dockerfile.
type dockerfileText struct {
	file   *source.File
	stages []instructions.Stage
	meta   []instructions.ArgCommand
	escape rune
}

// parseDockerfile reads a Dockerfile by buildkit's own parser; reason says why it cannot.
func parseDockerfile(file *source.File) (d *dockerfileText, gap *Gap) {
	defer func() { // the parser is not ours, and the input may be anything
		if recover() != nil {
			d, gap = nil, &Gap{source.Location{Path: file.Path, Span: file.Line(0)}, "the Dockerfile cannot be parsed"}
		}
	}()
	result, err := parser.Parse(bytes.NewReader(file.Text))
	if err != nil {
		return nil, &Gap{source.Location{Path: file.Path, Span: file.Line(0)}, "the Dockerfile cannot be parsed"}
	}
	stages, meta, err := instructions.Parse(result.AST, nil)
	if err != nil {
		line := 0
		var located *parser.LocationError
		if asError(err, &located) && len(located.Locations) > 0 && len(located.Locations[0]) > 0 {
			line = located.Locations[0][0].Start.Line - 1
		}
		return nil, &Gap{source.Location{Path: file.Path, Span: file.Line(line)}, "an instruction of the Dockerfile cannot be parsed"}
	}
	return &dockerfileText{file, stages, meta, result.EscapeToken}, nil
}

// buildImages runs the stages of a Dockerfile that target needs, in order, and
// returns the targeted one: the last when target is "".
func buildImages(tree source.Tree, spec buildSpec) (*image, []Gap) {
	file, reason := readConfig(tree, spec.dockerfile)
	if reason != "" {
		return nil, []Gap{{source.Location{Path: spec.dockerfile}, "Dockerfile: " + reason}}
	}
	text, gap := parseDockerfile(file)
	if gap != nil {
		return nil, []Gap{*gap}
	}
	b := &imageBuilder{tree: tree, spec: spec, text: text, ignore: dockerignore(tree, spec.dockerfile, spec.context)}
	b.metaArgs()
	for i := range min(len(text.stages), maxStages) {
		b.stage(&text.stages[i])
		if spec.target != "" && strings.EqualFold(text.stages[i].Name, spec.target) || spec.target == fmt.Sprint(i) {
			return b.images[i], nil
		}
	}
	if len(b.images) == 0 {
		return nil, []Gap{{source.Location{Path: file.Path, Span: file.Line(0)}, "the Dockerfile has no stage"}}
	}
	last := b.images[len(b.images)-1]
	if spec.target != "" {
		last.gaps = append(last.gaps, Gap{last.at, "the build names a stage that the Dockerfile does not have"})
	}
	return last, nil
}

// maxStages and maxPlaced bound the work on one Dockerfile.
const (
	maxStages = 100
	maxPlaced = 2_000_000 // files looked at by all COPY together
)

type imageBuilder struct {
	tree   source.Tree
	spec   buildSpec
	text   *dockerfileText
	ignore *ignoreRules
	meta   map[string]Assignment
	images []*image
	cur    *image
	inputs []source.Path // the files of the context, found once
	placed int           // files looked at so far
	bytes  int           // of all values so far
	kept   map[string]ignoreAnswer
}

// lines is the place of an instruction.
func (b *imageBuilder) lines(ranges []parser.Range) source.Location {
	if len(ranges) == 0 {
		return source.Location{Path: b.spec.dockerfile}
	}
	start := b.text.file.Line(ranges[0].Start.Line - 1)
	end := b.text.file.Line(ranges[len(ranges)-1].End.Line - 1)
	return source.Location{Path: b.spec.dockerfile, Span: source.Span{Start: start.Start, End: max(start.End, end.End)}}
}

func (b *imageBuilder) metaArgs() {
	b.meta = map[string]Assignment{}
	for _, m := range b.text.meta {
		for _, kv := range m.Args {
			b.meta[kv.Key] = b.arg(kv, b.lines(m.Location()))
		}
	}
}

// arg is an ARG with the value that the build gives it, or its default.
func (b *imageBuilder) arg(kv instructions.KeyValuePairOptional, at source.Location) Assignment {
	a := Assignment{Name: kv.Key, At: at, Via: "ARG", Known: kv.Value != nil, Reason: "docker build gives the build argument its value"}
	if kv.Value != nil {
		x := b.expand(*kv.Value)
		a.Value, a.Known, a.Raw, a.Reason = secret.New(x.text), x.known, secret.New(*kv.Value), x.reason
		a.Assumes = []string{"--build-arg " + kv.Key}
	}
	if given, ok := b.spec.args[kv.Key]; ok {
		given.From = given.At
		given.At, given.Via = at, "ARG"
		return given
	}
	return a
}

func (b *imageBuilder) stage(s *instructions.Stage) {
	img := &image{path: b.spec.dockerfile, context: b.spec.context, name: s.Name, at: b.lines(s.Location)}
	img.dir = Dir{Path: "/", Known: true}
	b.cur = img
	base := b.expandWith(s.BaseName, b.meta).text
	if from := b.earlier(base); from != nil {
		img.base = from.base
		img.env = append(img.env, from.env...)
		img.args = nil
		img.dir, img.cmd, img.entrypoint = from.dir, from.cmd, from.entrypoint
		img.fs = from.fs.clone()
		img.gaps = append(img.gaps, from.gaps...)
	} else {
		img.base = base
		img.fs = newImageFS(b.tree, base)
	}
	b.images = append(b.images, img)
	for _, c := range s.Commands {
		b.instruction(c)
	}
}

func (b *imageBuilder) earlier(name string) *image {
	for i, img := range b.images {
		if img != b.cur && (img.name != "" && strings.EqualFold(img.name, name) || fmt.Sprint(i) == name) {
			return img
		}
	}
	return nil
}

func (b *imageBuilder) instruction(c instructions.Command) {
	at := b.lines(c.Location())
	img := b.cur
	switch c := c.(type) {
	case *instructions.EnvCommand:
		b.env(c, at)
	case *instructions.ArgCommand:
		for _, kv := range c.Args {
			a := b.arg(kv, at)
			if m, ok := b.meta[kv.Key]; ok && kv.Value == nil {
				if _, given := b.spec.args[kv.Key]; !given {
					a.Value, a.Known, a.From = m.Value, m.Known, m.At
				}
			}
			img.args = append(img.args, a)
		}
	case *instructions.WorkdirCommand:
		x := b.expand(c.Path)
		dir := Dir{Path: path.Join(img.dir.Path, x.text), Known: x.known && img.dir.Known, At: at}
		if strings.HasPrefix(x.text, "/") {
			dir.Path, dir.Known = path.Clean(x.text), x.known
		}
		if !dir.Known {
			dir.Why = "WORKDIR depends on a build argument"
		}
		img.dir = dir
	case *instructions.CopyCommand:
		b.copy(copySpec{c.SourcesAndDest, c.From, c.ExcludePatterns, c.Parents, at})
	case *instructions.AddCommand:
		b.copy(copySpec{c.SourcesAndDest, "", c.ExcludePatterns, false, at})
	case *instructions.RunCommand:
		img.fs.runs = append(img.fs.runs, opaquePlace{prefix: strings.Join(c.CmdLine, " ") + heredocs(c.Files), at: at})
	case *instructions.CmdCommand:
		img.cmd = shellDependent(c.ShellDependantCmdLine, at)
	case *instructions.EntrypointCommand:
		img.entrypoint = shellDependent(c.ShellDependantCmdLine, at)
		img.cmd = nil // buildkit: a new ENTRYPOINT drops an inherited CMD
	}
}

func heredocs(files []instructions.ShellInlineFile) string {
	var out strings.Builder
	for _, f := range files {
		out.WriteString("\n" + f.Data)
	}
	return out.String()
}

func shellDependent(c instructions.ShellDependantCmdLine, at source.Location) *commandLine {
	return &commandLine{words: c.CmdLine, shell: c.PrependShell, at: at}
}

// env reads an ENV instruction; names on its right side have the values from before it.
func (b *imageBuilder) env(c *instructions.EnvCommand, at source.Location) {
	cursor := at.Span.Start
	var list []Assignment
	for _, kv := range c.Env {
		x := b.expand(kv.Value)
		place := b.pair(kv, &cursor, at)
		a := Assignment{Name: kv.Key, Value: secret.New(x.text), Raw: secret.New(kv.Value), Known: x.known, Reason: x.reason,
			At: place, Via: "ENV", From: x.from, Unset: x.unset}
		if b.bytes += len(x.text); b.bytes > maxValues {
			a.Value, a.Known, a.Reason = secret.Value{}, false, "the values of the Dockerfile grow too long"
		}
		if len(x.unset) > 0 {
			a.Altered, a.AlteredAt = "docker build took a $ and the name behind it for a variable that is not set", place
		}
		list = append(list, a)
	}
	b.cur.env = append(b.cur.env, list...)
}

// pair finds "KEY=value" or "KEY value" within an instruction.
func (b *imageBuilder) pair(kv instructions.KeyValuePair, cursor *int, at source.Location) source.Location {
	text := b.text.file.Text[:at.Span.End]
	for _, sep := range []string{"=", " "} {
		whole := kv.Key + sep + kv.Value
		if i := bytes.Index(text[*cursor:], []byte(whole)); i >= 0 {
			start := *cursor + i
			*cursor = start + len(whole)
			return source.Location{Path: at.Path, Span: source.Span{Start: start, End: *cursor}}
		}
	}
	if i := bytes.Index(text[*cursor:], []byte(kv.Key)); i >= 0 {
		start := *cursor + i
		*cursor = start + len(kv.Key)
		line := b.text.file.Line(b.text.file.LineOf(start))
		return source.Location{Path: at.Path, Span: source.Span{Start: start, End: line.End}}
	}
	return at
}

// buildValue is a text after the expansion that docker build does.
type buildValue struct {
	text   string
	known  bool
	reason string
	from   source.Location
	unset  []string
}

func (b *imageBuilder) expand(word string) buildValue {
	names := map[string]Assignment{}
	if b.cur != nil {
		for _, a := range b.cur.args {
			names[a.Name] = a
		}
		for _, a := range b.cur.env { // ENV wins over ARG
			names[a.Name] = a
		}
	}
	return b.expandWith(word, names)
}

func (b *imageBuilder) expandWith(word string, names map[string]Assignment) buildValue {
	env := &buildEnv{names: names}
	lex := shell.NewLex(b.text.escape)
	text, unmatched, err := lex.ProcessWord(word, env)
	v := buildValue{text: text, known: err == nil && env.unknown == "", from: env.from}
	if !v.known {
		v.reason = "the value is that of the build argument " + env.unknown + ", which docker build --build-arg gives"
		if err != nil {
			v.text, v.reason = word, "the text cannot be expanded as docker build does"
		}
	}
	for name := range unmatched {
		v.unset = append(v.unset, name)
	}
	return v
}

// buildEnv lets buildkit's expansion look names up, and notes what it met.
type buildEnv struct {
	names   map[string]Assignment
	unknown string
	size    int // bytes handed out
	from    source.Location
}

// Get implements shell.EnvGetter.
func (e *buildEnv) Get(name string) (string, bool) {
	a, ok := e.names[name]
	if ok && !a.Known {
		e.unknown = name
	}
	if ok {
		e.from = a.At
	}
	if e.size += a.Value.Len(); e.size > maxExpanded {
		e.unknown = name
		return "", ok
	}
	return a.Value.Expose(), ok
}

// Keys implements shell.EnvGetter.
func (e *buildEnv) Keys() []string {
	keys := make([]string, 0, len(e.names))
	for name := range e.names {
		keys = append(keys, name)
	}
	return keys
}
