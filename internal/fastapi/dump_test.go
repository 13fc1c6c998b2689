package fastapi

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bearings/internal/environment"
	"bearings/internal/python"
	"bearings/internal/requirements"
	"bearings/internal/source"
)

func diskTree(root string) source.MapTree {
	t := source.MapTree{}
	filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil
		}
		b, _ := os.ReadFile(p)
		rel, _ := filepath.Rel(root, p)
		t[source.Path(rel)] = source.NewFile(source.Path(rel), b)
		return nil
	})
	return t
}

func TestDumpX(t *testing.T) {
	root := os.Getenv("BX")
	if root == "" {
		t.Skip("x")
	}
	tree := diskTree(root)
	p := Link(Input{Tree: tree, Program: python.NewProgram(tree, python.Options{}), Environments: environment.Discover(tree), Requirements: requirements.Read(tree)})
	for _, a := range p.Apps {
		fmt.Println("APP", a.Name, a.At.Path, a.Role, "root", a.RootPath)
		for _, m := range a.Middleware {
			fmt.Println("  MW", m.Class, m.Kind, m.How)
			showFlow(t, m.Flow, tree)
		}
		for _, h := range a.Handlers {
			fmt.Println("  EH", h.For, h.Callable.Name)
		}
		for _, o := range a.Operations {
			fmt.Println("  ", o.ID(), o.Handler.Name, o.Means)
			showFlow(t, o.Handler.Flow, tree)
			for _, d := range o.Dependencies {
				show(d, 3)
			}
		}
		for _, g := range a.Gaps {
			fmt.Println("  GAP", g.At.Path, tree[g.At.Path].LineNumber(g.At.Span.Start), g.Reason)
		}
	}
	for _, k := range p.Keys {
		fmt.Println("KEY", k.Name, k.Loader, k.Rows)
	}
	for _, k := range p.Tokens {
		fmt.Print("TOKEN ", k.Operation, " ", k.Library, " ", k.Function, " claims ", len(k.Claims), " ")
		if k.Key != nil {
			fmt.Print(" key ", k.Key.Text, " known ", k.Key.Known, " ", k.Key.Reason)
			if k.Key.Key != nil {
				fmt.Print(" = ", k.Key.Key.Name, " ", k.Key.Key.Loader)
			}
		}
		for _, a := range k.Algorithms {
			fmt.Print(" alg ", a.Text, "=", a.Value.Expose())
		}
		for _, c := range k.Claims {
			fmt.Print(" [", c.Name, " ", c.Kind, " ", c.Required, "]")
		}
		fmt.Println()
	}
}

func show(d *Dependency, n int) {
	scheme := ""
	if d.Scheme != nil {
		scheme = "SCHEME " + d.Scheme.Name
		if d.Scheme.TokenURL != nil {
			scheme += " " + d.Scheme.TokenURL.Value
		}
	}
	fmt.Println(strings.Repeat("  ", n), d.Via, d.Parameter, d.Callable.Name, d.Scopes, scheme)
	if d.Callable.Flow != nil {
		for _, o := range d.Callable.Flow.Outcomes {
			fmt.Println(strings.Repeat("  ", n), "   OUT", o.Kind, o.Status, o.Exception, o.Detail, o.Caught, o.When)
		}
	}
	for _, s := range d.Dependencies {
		show(s, n+1)
	}
}

func showFlow(t *testing.T, f *Flow, tree source.MapTree) {
	if f == nil {
		return
	}
	for _, o := range f.Outcomes {
		fmt.Println("        OUT", o.Kind, o.Status, o.Exception, o.Detail, "caught", o.Caught, o.At.Path, tree[o.At.Path].LineNumber(o.At.Span.Start), o.When)
	}
	for _, r := range f.Reads {
		fmt.Println("        READ", r.What, r.Name, r.Subscript)
	}
}
