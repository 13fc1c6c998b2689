// Package factcache keeps on disk what Python files say, so that a file that has
// not changed since an earlier run is not parsed again.
//
// Facts are found by the SHA-256 of a file's text, never by its name or date: a
// pack can be old, damaged, of another version or another project's, and the
// worst that follows is that a file is parsed. Whatever fails in here fails
// silently, because everything can be had without the cache.
package factcache
