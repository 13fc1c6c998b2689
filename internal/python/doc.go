// Package python turns the text of Python files into plain facts: statements and
// expressions in a compact form of their own, and finds the file behind an
// import. It knows the language's syntax and its import system; it knows nothing
// of FastAPI, of values or of environments. Tree-sitter is used here and in
// queries only, and no tree outlives Extract.
package python
