package fastapi

import (
	"bearings/internal/environment"
	"bearings/internal/python"
	"bearings/internal/requirements"
	"bearings/internal/source"
)

// Input is what Link needs of a snapshot.
type Input struct {
	Tree         source.Tree
	Program      *python.Program
	Environments []*environment.Environment
	Requirements *requirements.Set
	// EntryPoints are applications named by the configuration, "app.main:app" or
	// "app/main.py:create_app()". Empty: they are looked for.
	EntryPoints []string
}

// Link computes the model.
func Link(in Input) *Project {
	return &Project{Tree: in.Tree, Program: in.Program, Environments: in.Environments, Requirements: in.Requirements}
}
