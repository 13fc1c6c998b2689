package workspace

import (
	"io/fs"
	"syscall"
)

// identity returns when a file's content or properties last changed, which no
// program can set, and the number of its inode.
func identity(info fs.FileInfo) (changed int64, node uint64) {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return st.Ctim.Nano(), st.Ino
	}
	return 0, 0
}
