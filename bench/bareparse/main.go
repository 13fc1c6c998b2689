// Command bareparse is the floor that bench/cold.py measures against: it parses
// files with tree-sitter and does nothing else with them.
//
//	bareparse list ROOT            prints the Python files that the model of ROOT reads
//	bareparse parse ROOT < LIST    parses the listed files, on all cores
package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"

	"bearings/internal/environment"
	"bearings/internal/fastapi"
	"bearings/internal/python"
	"bearings/internal/python/flat"
	"bearings/internal/requirements"
	"bearings/internal/source"
	"bearings/internal/workspace"
)

func main() {
	if len(os.Args) != 3 {
		fail(fmt.Errorf("usage: bareparse list|parse ROOT"))
	}
	var err error
	switch os.Args[1] {
	case "list":
		err = list(os.Args[2])
	case "parse":
		err = parse(os.Args[2])
	default:
		err = fmt.Errorf("no command %q", os.Args[1])
	}
	if err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "bareparse:", err)
	os.Exit(2)
}

// list links the project once and prints what it extracted.
func list(root string) error {
	w, err := workspace.Open(root, workspace.Options{})
	if err != nil {
		return err
	}
	tree := w.Snapshot().Tree()
	var mu sync.Mutex
	var read []string
	program := python.NewProgram(tree, python.Options{Extract: func(path source.Path, text []byte) *python.Module {
		mu.Lock()
		read = append(read, string(path))
		mu.Unlock()
		return python.Extract(path, text)
	}})
	fastapi.Link(fastapi.Input{Tree: tree, Program: program, Environments: environment.Discover(tree), Requirements: requirements.Read(tree)})
	slices.Sort(read)
	for _, path := range read {
		fmt.Println(path)
	}
	return nil
}

// parse reads and parses each file of the list.
func parse(root string) error {
	names := make(chan string, 64)
	var group sync.WaitGroup
	for range runtime.NumCPU() {
		group.Go(func() {
			for name := range names {
				text, err := os.ReadFile(filepath.Join(root, name))
				if err != nil {
					fmt.Fprintln(os.Stderr, "bareparse:", err)
					continue
				}
				flat.Parse(text).Release()
			}
		})
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		names <- lines.Text()
	}
	close(names)
	group.Wait()
	return lines.Err()
}
