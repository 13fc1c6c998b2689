// Package workspace is the one door through which text enters: the files of a
// folder, as they stand on disk, and the unsaved buffers of an editor that hide
// them. Apply turns changes into an immutable Snapshot; every answer is a pure
// function of a snapshot and is computed at most once.
//
// It knows which files a project consists of and when something has to be
// computed again. It knows neither Python nor FastAPI, and no protocol.
package workspace
