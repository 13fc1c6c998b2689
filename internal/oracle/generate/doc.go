// Package generate writes random FastAPI applications: packages of several
// modules that declare dependencies, routers, applications, middleware and
// exception handlers in the many ways in which real projects do. One seed always
// gives the same package. The oracle's tests import them with real FastAPI.
package generate
