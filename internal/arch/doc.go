// Package arch holds no code but tests: they read the imports of the repository
// and fail on an arrow that ARCHITECTURE.md forbids.
package arch
