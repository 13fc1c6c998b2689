package oracle

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// Versions are the FastAPI versions whose truth is asked for: one of the first
// with pydantic 2, two between, the last with eager and one with lazy includes.
var Versions = [...]string{"0.100.1", "0.115.0", "0.136.3", "0.165.0"}

// packages are what applications of the test material import.
var packages = [...]string{"python-multipart", "PyJWT", "python-jose", "passlib", "bcrypt", "pydantic-settings", "email-validator",
	"itsdangerous", "jinja2", "httpx", "websockets", "sqlmodel", "python-dotenv", "orjson", "ujson", "PyYAML", "sse-starlette",
	"cryptography", "Authlib", "python-decouple", "environs", "dynaconf", "pwdlib[argon2]", "a2wsgi", "flask", "uvicorn",
	"psycopg[binary]", "peewee"}

// pins holds back what a version of FastAPI cannot read yet: with a pydantic of
// today, FastAPI 0.100 refuses Annotated[str, Query()].
var pins = map[string][]string{"0.100.1": {"pydantic==2.3.0", "pydantic-settings==2.0.3", "sqlmodel<0.0.20"}}

// CacheDir is the folder of everything that the tests download.
func CacheDir() (string, error) {
	base, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(base, "bearings-test")
	return dir, os.MkdirAll(dir, 0o755)
}

// Ready reports whether the virtual environment of that name is complete.
func Ready(name string) bool {
	cache, err := CacheDir()
	if err != nil {
		return false
	}
	_, err = os.Stat(filepath.Join(cache, name, ".ready"))
	return err == nil
}

// Python returns the interpreter of a virtual environment with that version of
// FastAPI, which is made when it does not exist. It needs python3 and, the first
// time, a package index.
func Python(ctx context.Context, version string) (string, error) {
	cache, err := CacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "fastapi-"+version)
	python := filepath.Join(dir, "bin", "python")
	ready := filepath.Join(dir, ".ready")
	if _, err := os.Stat(ready); err == nil {
		return python, nil
	}
	base, err := exec.LookPath("python3")
	if err != nil {
		return "", fmt.Errorf("no python3: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	if err := run(ctx, base, "-m", "venv", dir); err != nil {
		return "", err
	}
	args := append([]string{"-m", "pip", "install", "-q", "--disable-pip-version-check", "fastapi==" + version}, packages[:]...)
	if err := run(ctx, python, append(args, pins[version]...)...); err != nil {
		return "", err
	}
	return python, os.WriteFile(ready, []byte(version+"\n"), 0o644)
}

// unpack is a Python program that extracts the docs_src of a source distribution
// and makes the folders that some of its examples serve.
const unpack = `
import os, sys, tarfile
archive, into = sys.argv[1:]
with tarfile.open(archive) as tar:
    for member in tar.getmembers():
        parts = member.name.split("/")
        if member.isfile() and len(parts) > 2 and parts[1] == "docs_src":
            member.name = "/".join(parts[1:])
            tar.extract(member, into)
for name in ("static", "dist"):
    os.makedirs(os.path.join(into, name), exist_ok=True)
`

// Examples returns a folder that holds docs_src, the examples of a FastAPI
// version's documentation; its source distribution is fetched the first time.
func Examples(ctx context.Context, version string) (string, error) {
	cache, err := CacheDir()
	if err != nil {
		return "", err
	}
	root := filepath.Join(cache, "docs-"+version)
	if _, err := os.Stat(filepath.Join(root, "docs_src")); err == nil {
		return root, nil
	}
	python, err := Python(ctx, version)
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	dir := filepath.Join(cache, "sdist")
	if err := run(ctx, python, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:", "-d", dir, "fastapi=="+version); err != nil {
		return "", err
	}
	return root, run(ctx, python, "-c", unpack, filepath.Join(dir, "fastapi-"+version+".tar.gz"), root)
}

func run(ctx context.Context, name string, args ...string) error {
	if said, err := exec.CommandContext(ctx, name, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s %v: %w: %s", filepath.Base(name), args, err, lastLines(string(said), 5))
	}
	return nil
}
