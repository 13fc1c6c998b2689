package factcache

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const (
	packSuffix  = ".facts"     // of a pack's name
	keptSuffix  = ".answer"    // of the name of an answer that is kept
	draftMiddle = ".facts.new" // in the name of what is being written
	maxTotal    = 256 << 20    // bytes that all packs and answers may take together
	draftLife   = time.Hour    // after which a draft was left behind by a process that is gone
)

// Folder returns the folder that holds the packs of all projects, below the
// user's cache folder. It need not exist.
func Folder() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("no folder for the cache: %w", err)
	}
	return filepath.Join(cache, "bearings", "facts"), nil
}

// packName is the name of the pack of an analysed folder.
func packName(root string) string {
	sum := sha256.Sum256([]byte(filepath.Clean(root)))
	return hex.EncodeToString(sum[:12]) + packSuffix
}

// ours reports whether a name is that of a pack, of an answer, or of a draft of one.
func ours(name string) bool {
	return isKept(name) || strings.Contains(name, draftMiddle)
}

// isKept reports whether a name is that of a pack or of an answer.
func isKept(name string) bool {
	return strings.HasSuffix(name, packSuffix) || strings.HasSuffix(name, keptSuffix)
}

// Clean removes all packs and answers from folder and returns how many bytes they took.
// Other files stay. It is no error when there is no such folder.
func Clean(folder string) (int64, error) {
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("clean the cache: %w", err)
	}
	freed := int64(0)
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil || !info.Mode().IsRegular() || !ours(entry.Name()) {
			continue
		}
		if err := os.Remove(filepath.Join(folder, entry.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return freed, fmt.Errorf("clean the cache: %w", err)
		}
		freed += info.Size()
	}
	return freed, nil
}

// trim removes abandoned drafts, and the packs and answers that were not used for
// longest until all take at most limit bytes. The one named kept stays.
func trim(folder, kept string, limit int64) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return
	}
	var packs []fs.FileInfo
	total := int64(0)
	for _, entry := range entries {
		info, err := entry.Info()
		switch {
		case err != nil || !info.Mode().IsRegular():
		case strings.Contains(entry.Name(), draftMiddle):
			if time.Since(info.ModTime()) > draftLife {
				_ = os.Remove(filepath.Join(folder, entry.Name()))
			}
		case isKept(entry.Name()):
			packs = append(packs, info)
			total += info.Size()
		}
	}
	slices.SortFunc(packs, func(a, b fs.FileInfo) int {
		return cmp.Or(a.ModTime().Compare(b.ModTime()), strings.Compare(a.Name(), b.Name()))
	})
	for _, pack := range packs {
		if total <= limit {
			return
		}
		if pack.Name() != kept && os.Remove(filepath.Join(folder, pack.Name())) == nil {
			total -= pack.Size()
		}
	}
}
