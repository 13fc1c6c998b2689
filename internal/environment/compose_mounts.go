package environment

import (
	"path"
	"strings"
)

// volumes reads the volumes of a service as mounts.
func (s *composeService) volumes() []mount {
	var out []mount
	for _, v := range s.body.get("volumes").list() {
		kind, from, target := "", "", ""
		if v.kind == yamlMap {
			kind, from, target = s.loader.text(v.get("type")), s.loader.text(v.get("source")), s.loader.text(v.get("target"))
		} else {
			from, target = splitVolume(expandCompose(withoutPWD(v.text), v.scope.look).text)
			if strings.HasPrefix(from, ".") || strings.HasPrefix(from, "/") || strings.HasPrefix(from, "~") {
				kind = "bind"
			}
		}
		if target == "" || kind == "tmpfs" || kind == "npipe" {
			continue
		}
		m := mount{target: path.Clean("/" + target), at: v.at, why: "a named volume holds it"}
		if kind == "bind" {
			m = s.bind(m, v, from)
		}
		out = append(out, m)
	}
	return out
}

// withoutPWD replaces $PWD, which every shell sets to the project directory, by ".".
func withoutPWD(text string) string {
	for _, name := range []string{"${PWD}", "$PWD"} {
		if rest, ok := strings.CutPrefix(text, name); ok {
			return "." + rest
		}
	}
	return text
}

func (s *composeService) bind(m mount, v *yamlValue, from string) mount {
	p, ok := v.scope.dir.Join(from)
	switch {
	case strings.HasPrefix(from, "/") || strings.HasPrefix(from, "~") || !ok:
		m.why = "a folder outside the analysed one is mounted there"
	default:
		m.path, m.inTree = p, true
	}
	return m
}

// splitVolume splits SOURCE:TARGET[:MODE]; a target alone is an anonymous volume.
func splitVolume(text string) (from, target string) {
	parts := strings.Split(text, ":")
	if len(parts) == 1 {
		return "", parts[0]
	}
	return parts[0], parts[1]
}

// secrets reads the secrets and configs of a service as mounts: secrets stand at
// /run/secrets/NAME, configs at /NAME, unless a target says otherwise.
func (s *composeService) secrets() []mount {
	var out []mount
	for _, kind := range []string{"secrets", "configs"} {
		folder := "/run/secrets"
		if kind == "configs" {
			folder = "/"
		}
		for _, v := range s.body.get(kind).list() {
			name, target := s.loader.text(v), ""
			if v.kind == yamlMap {
				name, target = s.loader.text(v.get("source")), s.loader.text(v.get("target"))
			}
			if target == "" {
				target = name
			}
			if name == "" {
				continue
			}
			m := mount{target: path.Join(folder, target), at: v.at, why: "the secret comes from outside the tree"}
			if strings.HasPrefix(target, "/") {
				m.target = path.Clean(target)
			}
			if file := s.doc.get(kind, name, "file"); file != nil {
				m = s.bind(m, file, s.loader.text(file))
			}
			out = append(out, m)
		}
	}
	return out
}
