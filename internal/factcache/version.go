package factcache

import (
	"crypto/sha256"
	"fmt"
	"os"
	"runtime/debug"
	"sync"
)

const (
	// formatVersion counts the changes of how modules and packs are written.
	formatVersion = 2
	// schema stands for the declarations of internal/python/syntax.go. When they
	// change, TestSchema fails and says the new value; the codec must be taught
	// the change first.
	schema = "75ff59f7e0585d54"
)

type version [sha256.Size]byte

// current returns the version of the packs that this program writes. It reads no
// others.
var current = sync.OnceValue(func() version {
	return sha256.Sum256(fmt.Appendf(nil, "format %d, schema %s, tool %s", formatVersion, schema, tool()))
})

// tool identifies what turns a text into facts: the program and the grammar. A
// released program is known by its version and revision. Any other, one with
// changes that are in no revision above all, is known by its executable's size
// and date.
func tool() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return executable()
	}
	out := info.Main.Version
	for _, module := range info.Deps {
		out += fmt.Sprintf(" %s@%s", module.Path, module.Version)
		if module.Replace != nil {
			return out + executable()
		}
	}
	revision, modified := "", true
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			revision = s.Value
		case "vcs.modified":
			modified = s.Value != "false"
		}
	}
	if revision == "" || modified {
		return out + executable()
	}
	return out + " " + revision
}

func executable() string {
	name, err := os.Executable()
	if err != nil {
		return ""
	}
	info, err := os.Stat(name)
	if err != nil {
		return ""
	}
	return fmt.Sprintf(" %d bytes of %d", info.Size(), info.ModTime().UnixNano())
}
