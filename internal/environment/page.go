package environment

import (
	"bytes"
	"path"
	"regexp"
	"strings"

	"bearings/internal/source"
)

var inlineCode = regexp.MustCompile("`([^`\n]+)`")

// page reads the commands of a README or another page: fenced blocks of a
// shell and commands in backticks. They are what people type on their machine.
func (d *discovery) page(file *source.File) {
	text := string(file.Text)
	if path.Ext(string(file.Path)) == ".rst" {
		return
	}
	inside := false
	var block strings.Builder
	blockStart := 0
	flush := func() {
		if block.Len() > 0 {
			d.typed(block.String(), source.Location{Path: file.Path, Span: source.Span{Start: blockStart, End: blockStart + block.Len()}}, blockStart)
		}
		block.Reset()
	}
	offset := 0
	for line := range strings.Lines(text) {
		trimmed := strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(trimmed, "```") || strings.HasPrefix(trimmed, "~~~"):
			if inside {
				flush()
				inside = false
			} else {
				language := strings.TrimLeft(trimmed, "`~")
				inside = isShellLanguage(language)
				blockStart = offset + len(line)
			}
		case inside:
			block.WriteString(prompt(line))
		default:
			for _, m := range inlineCode.FindAllStringSubmatchIndex(line, 50) {
				d.typed(line[m[2]:m[3]], source.Location{Path: file.Path, Span: source.Span{Start: offset + m[2], End: offset + m[3]}}, offset+m[2])
			}
		}
		offset += len(line)
	}
	flush()
}

func isShellLanguage(language string) bool {
	switch strings.ToLower(strings.Fields(language + " x")[0]) {
	case "sh", "bash", "shell", "console", "zsh", "shell-session", "x", "terminal", "text":
		return true
	}
	return false
}

// prompt blanks "$ " before a command, so that offsets stay.
func prompt(line string) string {
	indent := len(line) - len(strings.TrimLeft(line, " \t"))
	rest := line[indent:]
	for _, p := range []string{"$ ", "> ", "% "} {
		if strings.HasPrefix(rest, p) {
			return line[:indent] + "  " + rest[2:]
		}
	}
	return line
}

const maxTyped = 200 // commands of pages that are kept

// commandWords begin a command in a page that is worth reading.
var commandWords = regexp.MustCompile(`\b(uvicorn|gunicorn|hypercorn|fastapi|granian|python3?|docker|docker-compose|podman)\b`)

func (d *discovery) typed(text string, at source.Location, offset int) {
	if !commandWords.MatchString(text) || len(d.localCommands) > maxTyped {
		return
	}
	s := newShell(d, treeFS{d.tree}, Dir{Path: string(d.programFolder(source.NewFile(at.Path, []byte(text)))), Known: true}, nil)
	s.run(placedScript(text, at.Path, offset), nil)
	for _, st := range *s.out {
		st.env = nil
		d.localCommands = append(d.localCommands, st)
	}
}

// launchJSON reads .vscode/launch.json: env wins over envFile. The files are read
// by VS Code's Python extension, whose rules for quotes are close to python-dotenv's.
func (d *discovery) launchJSON(file *source.File) []*Environment {
	docs, gaps := parseYAML(source.NewFile(file.Path, withoutComments(file.Text)))
	if len(gaps) > 0 || len(docs) == 0 {
		return nil
	}
	var out []*Environment
	for _, c := range docs[0].get("configurations").list() {
		if kind := c.get("type").string(); kind != "debugpy" && kind != "python" {
			continue
		}
		e := d.newProcess("launch.json:"+c.get("name").string(), "the shell that starts the editor", file, c.location())
		d.launch(e, c)
		if len(e.Commands) > 0 {
			out = append(out, e)
		}
	}
	return out
}

func workspacePath(s string) string {
	for _, v := range []string{"${workspaceFolder}", "${workspaceRoot}"} {
		s = strings.ReplaceAll(s, v, ".")
	}
	return s
}

func (d *discovery) launch(e *Environment, c *yamlValue) {
	if ref := c.get("envFile"); ref != nil {
		if p, ok := source.Path("").Join(workspacePath(ref.string())); ok {
			if file, reason := readConfig(d.tree, p); reason == "" {
				list, gaps := dotenvAssignments(file, "envFile", DotenvOptions{})
				e.Gaps = append(e.Gaps, gaps...)
				for _, a := range list {
					a.Through = ref.at
					e.set(a)
				}
			} else {
				e.gap(ref.at, "the envFile: "+reason)
			}
		}
	}
	if env := c.get("env"); env != nil {
		for _, f := range env.fields {
			e.set(scalarAssignment(f, "env", "${"))
		}
	}
	dir := root()
	if cwd := c.get("cwd"); cwd != nil {
		dir = inDir(dir, workspacePath(cwd.string()), cwd.at)
		dir.Path = strings.TrimPrefix(path.Clean(dir.Path), ".")
	}
	words := []string{"python"}
	if m := c.get("module"); m != nil {
		words = append(words, "-m", m.string())
	} else if p := c.get("program"); p != nil {
		words = append(words, strings.TrimPrefix(workspacePath(p.string()), "./"))
	}
	for _, a := range c.get("args").list() {
		words = append(words, workspacePath(a.string()))
	}
	if _, ok := serverOf(words); ok {
		d.started(e, []started{{words: words, at: c.at, dir: dir, env: e.Variables}})
	}
}

// withoutComments blanks // and /* */ comments of JSON, and commas before a
// closing bracket, so that the YAML parser reads it with its places.
func withoutComments(text []byte) []byte {
	out := append([]byte(nil), text...)
	blank := func(from, to int) {
		for i := from; i < to && i < len(out); i++ {
			if out[i] != '\n' {
				out[i] = ' '
			}
		}
	}
	comma := -1
	for i := 0; i < len(out); i++ {
		switch c := out[i]; {
		case c == '"':
			for i++; i < len(out) && out[i] != '"' && out[i] != '\n'; i++ {
				if out[i] == '\\' {
					i++
				}
			}
			comma = -1
		case c == '/' && i+1 < len(out) && out[i+1] == '/':
			end := bytes.IndexByte(out[i:], '\n')
			if end < 0 {
				end = len(out) - i
			}
			blank(i, i+end)
		case c == '/' && i+1 < len(out) && out[i+1] == '*':
			end := bytes.Index(out[i:], []byte("*/"))
			if end < 0 {
				end = len(out) - i - 2
			}
			blank(i, i+end+2)
		case c == ',':
			comma = i
		case (c == '}' || c == ']') && comma >= 0:
			out[comma] = ' '
			comma = -1
		case c == '\t':
			out[i] = ' '
		case c != ' ' && c != '\n' && c != '\r':
			comma = -1
		}
	}
	return out
}
