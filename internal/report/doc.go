// Package report writes what is known of a project for people and for programs:
// findings, the map of an application, the matrix of keys and environments, and
// the cards that terminal and editor share. Every function is pure: a model goes
// in, text comes out. The package reads no file but through the model's tree,
// knows no flag and no terminal, and lets no value of a secret pass: every writer
// hands its text to a Redactor as the last step.
package report
