// Package oracle compares the model with what FastAPI itself builds. It imports
// applications with real FastAPI in virtual environments of its own (through
// testdata/oracle/dump_app.py), brings that truth and the model into one plain
// form, and lists every deviation with both sides. It is test support: nothing
// of the tool depends on it.
package oracle
