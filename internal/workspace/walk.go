package workspace

import (
	"io/fs"
	"os"
	"slices"

	"bearings/internal/source"
)

// walk lists every regular file that the rules do not ignore, sorted. Folders
// that cannot be read are left out. Links to folders are not followed, as git
// does not follow them either; links to files are listed when they stay inside.
func walk(d *disk, rules *ignorer) []source.Path {
	var out []source.Path
	pending := []source.Path{""}
	for len(pending) > 0 {
		dir := pending[len(pending)-1]
		pending = pending[:len(pending)-1]
		info, err := os.Stat(d.name(dir))
		d.stamps.note(dir, false, info, err)
		items, err := os.ReadDir(d.name(dir))
		if err != nil {
			continue
		}
		for _, item := range items {
			path := join(dir, item.Name())
			switch mode := item.Type(); {
			case mode.IsDir():
				if !rules.skipsDir(path) {
					pending = append(pending, path)
				} else if info, err := item.Info(); err == nil { // what makes it foreign may go
					d.stamps.note(path, true, info, nil)
				}
			case mode.IsRegular(), mode&fs.ModeSymlink != 0 && d.linksToFile(path):
				if !rules.matchesFile(path) {
					out = append(out, path)
				}
			}
		}
	}
	slices.Sort(out)
	return slices.Clip(out)
}

func join(dir source.Path, name string) source.Path {
	if dir == "" {
		return source.Path(name)
	}
	return dir + "/" + source.Path(name)
}
