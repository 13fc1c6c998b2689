// Package source is the text that everything else stands on: files, places in
// them and edits of them. All arithmetic between bytes, lines, columns and
// UTF-16 code units lives here and nowhere else. It imports nothing of ours and
// knows neither Python nor the Language Server Protocol.
package source
