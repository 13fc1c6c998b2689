package history

import (
	"bearings/internal/incident"
	"bearings/internal/workspace"
)

// Begin notes what git says of the working tree in which an incident begins;
// nothing outside of git.
func Begin(w *workspace.Workspace, begin *incident.Begin) {
	repo, err := Open(w.Root())
	if err != nil {
		return
	}
	head, branch, err := repo.Head()
	if err != nil {
		return
	}
	begin.Revision, begin.Branch, begin.Subject = head.Hash, branch, head.Subject
	changed, err := repo.Uncommitted(head, w.Snapshot().Tree())
	if err != nil {
		return
	}
	for _, p := range changed {
		begin.Uncommitted = append(begin.Uncommitted, string(p))
	}
}
