// Package cli is the terminal's reader of a snapshot: flags, arguments, exit
// status. It opens a workspace, asks it and hands the answer to internal/report;
// it analyses nothing itself.
//
// Exit status: 0 nothing at or above --fail-on, 1 something, 2 could not run.
package cli
