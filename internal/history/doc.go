// Package history reads the authentication surface of a project at any revision
// of its git repository. It reads objects from git's store: nothing is checked
// out, nothing of the project is run, and nothing is written.
package history
