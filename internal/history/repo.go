package history

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"

	"bearings/internal/source"
)

// Repo is the git repository that holds a project.
type Repo struct {
	git     *git.Repository
	prefix  source.Path // the project's folder in the repository; "" when it is the root
	store   *store
	shallow bool
}

// ErrNoGit is the error of a folder that lies in no git repository.
var ErrNoGit = errors.New("not in a git repository")

// Open finds the repository of a project's folder. The error says in words what is missing.
func Open(folder string) (*Repo, error) {
	abs, err := filepath.Abs(folder)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", folder, err)
	}
	if real, err := filepath.EvalSymlinks(abs); err == nil {
		abs = real
	}
	repo, err := git.PlainOpenWithOptions(abs, &git.PlainOpenOptions{DetectDotGit: true, EnableDotGitCommonDir: true})
	switch {
	case errors.Is(err, git.ErrRepositoryNotExists):
		return nil, fmt.Errorf("%s is %w: there is nothing to compare with; git init, and a commit, would give it a history", folder, ErrNoGit)
	case err != nil:
		return nil, fmt.Errorf("%s: open its git repository: %w", folder, err)
	}
	prefix, err := prefixOf(repo, abs)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", folder, err)
	}
	r := &Repo{git: repo, prefix: prefix}
	if list, err := repo.Storer.Shallow(); err == nil && len(list) > 0 {
		r.shallow = true
	}
	r.store = newStore(repo.Storer, prefix)
	return r, nil
}

// prefixOf returns the place of a folder in the repository's working tree.
func prefixOf(repo *git.Repository, abs string) (source.Path, error) {
	tree, err := repo.Worktree()
	if errors.Is(err, git.ErrIsBareRepository) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("its git repository has no working tree: %w", err)
	}
	root := tree.Filesystem.Root()
	if real, err := filepath.EvalSymlinks(root); err == nil {
		root = real
	}
	rel, err := filepath.Rel(root, abs)
	if err != nil || !filepath.IsLocal(rel) {
		return "", fmt.Errorf("it lies outside of the working tree %s", root)
	}
	if rel == "." {
		return "", nil
	}
	return source.Path(filepath.ToSlash(rel)), nil
}

// Commit is one revision.
type Commit struct {
	Hash    string
	Author  string
	Date    string // RFC 3339, as the author's clock had it
	Subject string // the first line of the message
	Merge   bool

	object *object.Commit
}

// Short is the abbreviated hash.
func (c *Commit) Short() string { return c.Hash[:min(10, len(c.Hash))] }

func newCommit(o *object.Commit) *Commit {
	subject, _, _ := strings.Cut(strings.TrimSpace(o.Message), "\n")
	return &Commit{
		Hash: o.Hash.String(), Author: o.Author.Name, Date: o.Author.When.Format("2006-01-02T15:04:05Z07:00"), Subject: subject,
		Merge: len(o.ParentHashes) > 1, object: o,
	}
}

// Resolve returns the commit that a name of a person means: a branch, a tag, a
// hash, HEAD~2.
func (r *Repo) Resolve(rev string) (*Commit, error) {
	hash, err := r.git.ResolveRevision(plumbing.Revision(rev))
	if err != nil {
		switch {
		case rev == "HEAD" && errors.Is(err, plumbing.ErrReferenceNotFound):
			return nil, errors.New("the repository has no commit yet")
		case errors.Is(err, plumbing.ErrReferenceNotFound) && r.shallow:
			return nil, fmt.Errorf("no revision is named %q; the clone is shallow, so that older ones are not here: git fetch --unshallow gets them", rev)
		case errors.Is(err, plumbing.ErrReferenceNotFound):
			return nil, fmt.Errorf("no revision is named %q", rev)
		case r.shallow && errors.Is(err, plumbing.ErrObjectNotFound):
			return nil, fmt.Errorf("%s lies before the beginning of this shallow clone: git fetch --unshallow gets it", rev)
		}
		return nil, fmt.Errorf("%s: %w", rev, err)
	}
	for depth := 0; depth < 5; depth++ {
		commit, err := r.git.CommitObject(*hash)
		if err == nil {
			return newCommit(commit), nil
		}
		tag, tagErr := r.git.TagObject(*hash)
		if tagErr != nil {
			return nil, fmt.Errorf("%s names no commit: %w", rev, err)
		}
		hash = &tag.Target
	}
	return nil, fmt.Errorf("%s names no commit", rev)
}

// Head says what is checked out: the commit, and the branch, "" when HEAD is detached.
func (r *Repo) Head() (*Commit, string, error) {
	commit, err := r.Resolve("HEAD")
	if err != nil {
		return nil, "", err
	}
	ref, err := r.git.Head()
	if err != nil || !ref.Name().IsBranch() {
		return commit, "", nil
	}
	return commit, ref.Name().Short(), nil
}

// Shallow reports whether the clone holds only the newest part of the history.
func (r *Repo) Shallow() bool { return r.shallow }

// Tracked reports which of the project's files git keeps: those of the index.
func (r *Repo) Tracked() (map[source.Path]bool, error) {
	index, err := r.git.Storer.Index()
	if err != nil {
		return nil, fmt.Errorf("read git's index: %w", err)
	}
	out := map[source.Path]bool{}
	for _, e := range index.Entries {
		if name, ok := strings.CutPrefix(e.Name, r.folder()); ok {
			out[source.Path(name)] = true
		}
	}
	return out, nil
}

func (r *Repo) folder() string {
	if r.prefix == "" {
		return ""
	}
	return string(r.prefix) + "/"
}

// Submodules lists the paths of the project's folder at a commit that belong to other repositories.
func (r *Repo) Submodules(c *Commit) []source.Path {
	listing, err := r.store.listing(c.object.TreeHash)
	if err != nil {
		return nil
	}
	return slices.Clone(listing.modules)
}

// Kept returns the env files of a working tree that git does not keep. They are
// taken to be the same at every revision, for nobody knows what they were.
func (r *Repo) Kept(working source.Tree) map[source.Path]*source.File {
	tracked, err := r.Tracked()
	if err != nil {
		return nil
	}
	out := map[source.Path]*source.File{}
	for _, path := range working.Paths() {
		if path.IsEnvFile() && !tracked[path] {
			if f, err := working.File(path); err == nil {
				out[path] = f
			}
		}
	}
	return out
}

// Uncommitted lists the project's files whose text in the working tree is not
// that of a commit: changed, new, and removed ones. Env files that git does not
// keep are left out, as is what the working tree ignores.
func (r *Repo) Uncommitted(c *Commit, working source.Tree) ([]source.Path, error) {
	l, err := r.store.listing(c.object.TreeHash)
	if err != nil {
		return nil, err
	}
	kept := r.Kept(working)
	here := map[source.Path]bool{}
	var out []source.Path
	for _, path := range working.Paths() {
		here[path] = true
		if kept[path] != nil || !relevant(path.Base()) || path.Within(".bearings") {
			continue
		}
		f, err := working.File(path)
		if err != nil {
			continue
		}
		hash, committed := l.files[path]
		if !committed || plumbing.ComputeHash(plumbing.BlobObject, f.Text) != hash {
			out = append(out, path)
		}
	}
	for _, path := range l.paths {
		if !here[path] {
			if _, err := working.File(path); err != nil {
				out = append(out, path)
			}
		}
	}
	slices.Sort(out)
	return out, nil
}
