package fastapi

import "slices"

// maxApps bounds the applications of a program, each counted once for each place
// at which it is mounted.
const maxApps = 400

// under builds the application that another mounts at a path. The paths of one
// that serves a host stay as they are: which requests come is decided by the host.
// An application that is mounted at several places is built for each of them.
func (b *builder) under(a *App, target *node, path string, host bool) *App {
	mounted := b.build(target)
	if host || mounted == a {
		return mounted
	}
	if mounted.Parent != nil && (mounted.Parent != a || mounted.MountPath != path) && !slices.Contains(b.active, target) && len(b.made) < maxApps {
		mounted = b.make(target)
	}
	if mounted.Parent == nil {
		mounted.Parent, mounted.MountPath = a, path
	}
	return mounted
}

// mountedToo adds to the applications what they mount and what is not among them:
// the second place of one, and those that one FastAPI(…) call makes several times.
func (b *builder) mountedToo(apps []*App) []*App {
	for _, a := range b.made {
		if a.Parent != nil && !slices.Contains(apps, a) {
			a.Role = roleOf(a.At.Path)
			apps = append(apps, a)
		}
	}
	return apps
}
