package environment

import (
	"encoding/base64"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"bearings/internal/secret"
	"bearings/internal/source"
)

// cluster is what the Kubernetes manifests of the tree say together.
type cluster struct {
	d         *discovery
	workloads []k8sObject
	configs   map[string][]k8sObject // ConfigMaps, by name
	secrets   map[string][]k8sObject
	gaps      map[source.Path][]Gap
	// everywhere are gaps that touch every workload.
	everywhere []Gap
	data       map[*yamlValue]map[string]Assignment // the values of an object, by key
}

type k8sObject struct {
	body *yamlValue
	path source.Path
}

// kubernetes returns one environment for each container of each workload that
// stands in plain YAML. Helm templates are gaps; kustomize overlays are not applied.
func (d *discovery) kubernetes() []*Environment {
	c := &cluster{d: d, configs: map[string][]k8sObject{}, secrets: map[string][]k8sObject{}, data: map[*yamlValue]map[string]Assignment{}, gaps: map[source.Path][]Gap{}}
	var out []*Environment
	for _, p := range d.tree.Paths() {
		ext := path.Ext(string(p))
		if ext != ".yaml" && ext != ".yml" || isComposeFile(p) || strings.HasPrefix(string(p), ".github/") {
			continue
		}
		if e := c.read(p); e != nil {
			out = append(out, e)
		}
	}
	for _, w := range c.workloads {
		out = append(out, c.containers(w)...)
	}
	return out
}

// read collects the objects of one file. A Helm template that describes a
// workload is an environment of which only the gap is known.
func (c *cluster) read(p source.Path) *Environment {
	file, reason := readConfig(c.d.tree, p)
	if reason != "" {
		return nil
	}
	text := string(file.Text)
	base := strings.ToLower(p.Base())
	if base != "kustomization.yaml" && base != "kustomization.yml" && (!strings.Contains(text, "apiVersion") || !strings.Contains(text, "kind")) {
		return nil
	}
	if i := strings.Index(text, "{{"); i >= 0 {
		if !strings.Contains(text, "containers:") {
			return nil
		}
		at := source.Location{Path: p, Span: file.Line(file.LineOf(i))}
		e := &Environment{Name: "helm:" + string(p), Kind: Kubernetes, At: at, Variables: map[string][]Assignment{}, Outside: "the values of the Helm chart",
			WorkDir: Dir{Why: "a Helm template is not expanded"}, Files: emptyFS{"of the chart"}, Described: []source.Path{p}}
		e.gap(at, "a Helm template is not expanded")
		return e
	}
	docs, gaps := parseYAML(file)
	c.gaps[p] = gaps
	for _, doc := range docs {
		c.object(doc, p)
	}
	return nil
}

func (c *cluster) object(doc *yamlValue, p source.Path) {
	name := doc.get("metadata", "name").string()
	if base := strings.ToLower(p.Base()); strings.HasPrefix(base, "kustomization.") && doc.get("kind") == nil {
		c.kustomization(doc, p)
	}
	switch doc.get("kind").string() {
	case "ConfigMap":
		c.configs[name] = append(c.configs[name], k8sObject{doc, p})
	case "Secret":
		c.secrets[name] = append(c.secrets[name], k8sObject{doc, p})
	case "Kustomization", "Component":
		c.kustomization(doc, p)
	case "List":
		for _, item := range doc.get("items").list() {
			c.object(item, p)
		}
	case "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "Pod", "CronJob":
		c.workloads = append(c.workloads, k8sObject{doc, p})
	case "Service":
		if doc.get("apiVersion").string() == "serving.knative.dev/v1" {
			c.workloads = append(c.workloads, k8sObject{doc, p})
		}
	}
}

func (c *cluster) containers(w k8sObject) []*Environment {
	spec := w.body.get("spec")
	switch w.body.get("kind").string() {
	case "Pod":
	case "CronJob":
		spec = spec.get("jobTemplate", "spec", "template", "spec")
	default:
		spec = spec.get("template", "spec")
	}
	var out []*Environment
	list := spec.get("containers").list()
	for _, box := range list {
		name := "k8s:" + w.body.get("metadata", "name").string()
		if len(list) > 1 {
			name += "/" + box.get("name").string()
		}
		e := &Environment{Name: name, Kind: Kubernetes, At: box.location(), Variables: map[string][]Assignment{}, Described: []source.Path{w.path}}
		if f, ok := box.field("name"); ok {
			e.At = f.entry
		}
		e.Gaps = append(append(e.Gaps, c.gaps[w.path]...), c.everywhere...)
		c.variables(e, box)
		if r := w.body.get("spec", "replicas"); r != nil && r.kind == yamlScalar {
			e.Replicas = Count{N: count(r.text), At: r.at}
		}
		c.start(e, box, spec)
		out = append(out, e)
	}
	return out
}

// variables reads env and envFrom: env wins, of envFrom the last one.
func (c *cluster) variables(e *Environment, box *yamlValue) {
	var list []Assignment
	for _, from := range box.get("envFrom").list() {
		prefix := from.get("prefix").string()
		for _, kind := range []string{"configMapRef", "secretRef"} {
			ref := from.get(kind)
			if ref == nil {
				continue
			}
			object, alone := c.lookup(kind, ref.get("name").string(), ref.at.Path)
			if object == nil {
				e.gap(ref.get("name").location(), "the "+objectKind(kind)+" is not in the tree")
				if e.Outside == "" {
					e.Outside = "the " + objectKind(kind) + " " + ref.get("name").string() + " of the cluster"
				}
				continue
			}
			values := c.values(object, kind)
			for _, key := range slices.Sorted(maps.Keys(values)) {
				a := values[key]
				a.Name, a.Through = prefix+a.Name, ref.location()
				if !alone {
					a.Known, a.Reason = false, severalObjects
				}
				list = append(list, a)
			}
		}
	}
	bytes := 0
	for _, entry := range box.get("env").list() {
		a := c.entry(entry, list)
		if bytes += a.Value.Len(); bytes > maxValues {
			a.Value, a.Known, a.Reason = secret.Value{}, false, "the values of the container grow too long"
		}
		list = append(list, a)
	}
	for _, a := range list {
		e.set(a)
	}
}

const severalObjects = "several objects of the tree have the name"

func objectKind(ref string) string {
	if strings.HasPrefix(ref, "configMap") {
		return "ConfigMap"
	}
	return "Secret"
}

// lookup finds an object by its name. alone is false when several have it.
func (c *cluster) lookup(kind, name string, from source.Path) (body *yamlValue, alone bool) {
	if objectKind(kind) == "ConfigMap" {
		return pick(c.configs[name], from.Dir())
	}
	return pick(c.secrets[name], from.Dir())
}

// entry reads one item of env: value, with $(NAME) of earlier ones, or valueFrom.
func (c *cluster) entry(entry *yamlValue, earlier []Assignment) Assignment {
	name := entry.get("name").string()
	a := Assignment{Name: name, At: entry.location(), Via: "env"}
	if v := entry.get("value"); v != nil {
		if f, ok := entry.field("value"); ok {
			a.At = f.entry
		}
		a.Raw = secret.New(v.text)
		text, unknown := expandKubernetes(v.text, earlier)
		a.Value, a.Known, a.Reason = secret.New(text), !unknown, "it refers to a variable that is not known"
		return a
	}
	for _, kind := range []string{"secretKeyRef", "configMapKeyRef"} {
		ref := entry.get("valueFrom", kind)
		if ref == nil {
			continue
		}
		a.Via, a.At = kind, ref.location()
		if f, ok := ref.field("key"); ok {
			a.At = f.entry
		}
		a.Reason = "the " + objectKind(kind) + " is not in the tree"
		if object, alone := c.lookup(kind, ref.get("name").string(), ref.at.Path); object != nil {
			a.Reason = "the " + objectKind(kind) + " has no such key"
			if d, ok := c.values(object, kind)[ref.get("key").string()]; ok {
				d.Name, d.From, d.Through, d.Via = name, d.At, a.At, kind
				if !alone {
					d.Known, d.Reason = false, severalObjects
				}
				return d
			}
		}
		return a
	}
	if _, has := entry.field("valueFrom"); has {
		a.Reason = "the value is a field of the pod"
		return a
	}
	a.Known = true // an entry with a name only is the empty text
	return a
}

// expandKubernetes replaces $(NAME) by earlier variables; $$ escapes, and a name
// that is not known stays as it stands.
func expandKubernetes(s string, earlier []Assignment) (string, bool) {
	var out strings.Builder
	unknown := false
	for i := 0; i < len(s); i++ {
		if s[i] != '$' || i+1 == len(s) {
			out.WriteByte(s[i])
			continue
		}
		if s[i+1] == '$' {
			out.WriteByte('$')
			i++
			continue
		}
		end := strings.IndexByte(s[i:], ')')
		if s[i+1] != '(' || end < 0 {
			out.WriteByte('$')
			continue
		}
		name := s[i+2 : i+end]
		at := len(earlier) - 1
		for at >= 0 && earlier[at].Name != name {
			at--
		}
		if at < 0 || out.Len() > maxShellText {
			out.WriteString(s[i : i+end+1])
		} else {
			out.WriteString(earlier[at].Value.Expose())
			unknown = unknown || !earlier[at].Known
		}
		i += end
	}
	return out.String(), unknown
}

// values lists the values of a ConfigMap or a Secret; stringData wins over
// data, which is base64. A value that is base64 twice is told by Altered.
func (c *cluster) values(object *yamlValue, kind string) map[string]Assignment {
	if out, ok := c.data[object]; ok {
		return out
	}
	out := map[string]Assignment{}
	c.data[object] = out
	for _, section := range []string{"data", "stringData"} {
		fields := object.get(section)
		if fields == nil {
			continue
		}
		for _, f := range fields.fields {
			a := Assignment{Name: f.name, At: f.entry, Via: kind, Known: true, Raw: secret.New(f.value.text), Value: secret.New(f.value.text)}
			if objectKind(kind) == "Secret" && section == "data" {
				decode(&a, f)
			}
			out[f.name] = a
		}
	}
	return out
}

func decode(a *Assignment, f yamlField) {
	raw, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(f.value.text), ""))
	if err != nil {
		a.Known, a.Value, a.Reason = false, secret.Value{}, "the data of the Secret is not base64; Kubernetes refuses it"
		return
	}
	a.Value = secret.New(string(raw))
	text := strings.TrimSuffix(string(raw), "\n")
	if strings.HasSuffix(string(raw), "\n") {
		a.Altered, a.AlteredAt = "the base64 text holds a line break at its end", f.value.at
	}
	if inner, err := base64.StdEncoding.DecodeString(text); err == nil && len(text) >= 16 && len(text)%4 == 0 && printable(inner) {
		a.Altered, a.AlteredAt = "the value is base64 once more after Kubernetes has decoded it", f.value.at
	}
}

func printable(b []byte) bool {
	for _, c := range b {
		if c < 0x20 && c != '\n' || c > 0x7e {
			return false
		}
	}
	return len(b) > 0
}

// start reads image, command, args, workingDir and the mounts of a container.
func (c *cluster) start(e *Environment, box, pod *yamlValue) {
	reference := box.get("image").string()
	fill := container{env: e, reference: reference, image: c.d.imageOf(reference), mounts: c.mounts(box, pod)}
	if fill.image != nil {
		e.gap(box.get("image").location(), "the image is taken to be the one that "+string(fill.image.path)+" builds")
	}
	words := func(name string) *commandLine {
		v := box.get(name)
		if v == nil {
			return nil
		}
		line := &commandLine{at: v.at, words: []string{}}
		for _, w := range v.list() {
			line.words = append(line.words, w.text)
			line.at = w.at
		}
		return line
	}
	fill.entrypoint, fill.cmd = words("command"), words("args")
	if dir := box.get("workingDir"); dir != nil {
		fill.dir = &Dir{Path: path.Clean("/" + dir.text), Known: true, At: dir.at}
	}
	c.d.fill(fill)
}

// mounts are the volumes of a container; ConfigMaps and Secrets of the tree are
// texts inside manifests, so that no file of the tree stands there.
func (c *cluster) mounts(box, pod *yamlValue) []mount {
	var out []mount
	for i, m := range box.get("volumeMounts").list() {
		if i > 200 {
			break
		}
		target := m.get("mountPath").string()
		if sub := m.get("subPath").string(); sub != "" && strings.HasSuffix(target, "/") {
			target += sub
		}
		why := "a volume of the pod is mounted there"
		for _, v := range pod.get("volumes").list() {
			if v.get("name").string() == m.get("name").string() && v.get("secret") != nil {
				why = "a Secret of the cluster is mounted there: " + strconv.Quote(v.get("secret", "secretName").string())
			}
		}
		out = append(out, mount{target: path.Clean("/" + target), why: why, at: m.location()})
	}
	return out
}

// scalarAssignment makes an assignment of a YAML field; a text that holds
// marker is computed elsewhere.
func scalarAssignment(f yamlField, via, marker string) Assignment {
	a := Assignment{Name: f.name, Value: secret.New(f.value.string()), Raw: secret.New(f.value.string()), Known: true, At: f.entry, Via: via}
	if strings.Contains(f.value.string(), marker) {
		a.Known, a.Reason = false, "the value is computed outside the tree"
	}
	return a
}
