package factcache

import (
	"bytes"
	"crypto/sha256"
	"encoding/gob"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// An answer is kept in a file of its own:
//
//	magic, 17 bytes
//	version, 32 bytes
//	SHA-256 of what follows, 32 bytes
//	the answer, as encoding/gob writes it
const (
	answerMagic = "bearings answer\r\n"
	maxAnswer   = 32 << 20 // bytes of a file
)

func answerName(folder, question string) string {
	sum := sha256.Sum256([]byte(question))
	return filepath.Join(folder, hex.EncodeToString(sum[:12])+keptSuffix)
}

// Recall reads the answer to a question that Keep has left in folder into the
// value that out points to. It reports false when there is none, or one that is
// damaged, too large or of another version of the program. The caller has to see
// whether it still holds. The empty folder holds nothing.
func Recall(folder, question string, out any) bool {
	if folder == "" {
		return false
	}
	file, err := os.Open(answerName(folder, question))
	if err != nil {
		return false
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxAnswer {
		return false
	}
	data, err := io.ReadAll(io.LimitReader(file, maxAnswer))
	if err != nil {
		return false
	}
	version := current()
	rest, ok := bytes.CutPrefix(data, append([]byte(answerMagic), version[:]...))
	if !ok || len(rest) < sha256.Size {
		return false
	}
	sum := sha256.Sum256(rest[sha256.Size:])
	if !bytes.Equal(sum[:], rest[:sha256.Size]) || gob.NewDecoder(bytes.NewReader(rest[sha256.Size:])).Decode(out) != nil {
		return false
	}
	if time.Since(info.ModTime()) > touchAfter {
		now := time.Now()
		_ = os.Chtimes(file.Name(), now, now) // in use, and so not the first to go
	}
	return true
}

// Keep leaves the answer to a question in folder, in one step, readable by its
// owner only. An error says why it could not be kept.
func Keep(folder, question string, answer any) error {
	if folder == "" {
		return nil
	}
	var body bytes.Buffer
	if err := gob.NewEncoder(&body).Encode(answer); err != nil {
		return err
	}
	if body.Len() > maxAnswer/2 {
		return nil
	}
	version, sum := current(), sha256.Sum256(body.Bytes())
	name := answerName(folder, question)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	file, err := os.CreateTemp(folder, strings.TrimSuffix(filepath.Base(name), keptSuffix)+draftMiddle+"*")
	if err != nil {
		return err
	}
	for _, part := range [][]byte{[]byte(answerMagic), version[:], sum[:], body.Bytes()} {
		if err == nil {
			_, err = file.Write(part)
		}
	}
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(file.Name(), name)
	}
	if err != nil {
		_ = os.Remove(file.Name())
		return err
	}
	trim(folder, filepath.Base(name), maxTotal)
	return nil
}
