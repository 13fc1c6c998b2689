// Package server speaks the Language Server Protocol and does nothing else: each
// handler turns its parameters into a question to a snapshot and the answer into
// protocol. It is the only package that knows protocol types; convert.go is the
// only file that maps places and texts between source and protocol.
//
// Notifications are handled in the order of the wire. Requests take their
// snapshot in that order too and are then answered concurrently, so that a slow
// answer delays no other and none is about a text that came later.
package server
