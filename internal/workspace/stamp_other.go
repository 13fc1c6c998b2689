//go:build !linux

package workspace

import "io/fs"

// identity is known on Linux alone; elsewhere size and date have to do.
func identity(fs.FileInfo) (changed int64, node uint64) { return 0, 0 }
