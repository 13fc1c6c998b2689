// Package interpret runs the facts of Python modules abstractly: it follows
// imports, assignments, calls, loops over known values and both sides of tests
// that it cannot decide, and so computes which objects the import of a module
// would build, and what a function could do with a request. It executes no user
// code. It knows Python and its builtins; what a library's names mean is told to
// it by a Library. What it cannot know is an Unknown with a reason.
package interpret
