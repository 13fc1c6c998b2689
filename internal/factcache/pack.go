package factcache

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
)

// A pack is
//
//	magic, 16 bytes
//	version, 32 bytes
//	offset and number of the entries of the index, 8 bytes each
//	checksum of all that precedes and of the index: CRC-32C, 4 bytes
//	encoded modules, each with a checksum of its own
//	the index: for each module its key (16 bytes), offset and length (8 each)
//
// Numbers are little-endian. A pack is never changed once it has its name, and
// takes the place of the one before in one step.
const (
	magic      = "bearings facts\r\n"
	headerSize = len(magic) + len(version{}) + 8 + 8 + 4
	indexEntry = len(key{}) + 8 + 8
	maxEntries = 1 << 22
)

// key is what a module is found by: the first half of the SHA-256 of its text.
type key [16]byte

func keyOf(text []byte) key {
	sum := sha256.Sum256(text)
	return key(sum[:len(key{})])
}

// place is where a module stands in a pack.
type place struct {
	offset, length int64
	used           atomic.Bool // in this run
}

// openPack opens a pack and reads its index. It returns nil when there is none, or
// one that is damaged or of another version.
func openPack(name string) (*os.File, map[key]*place) {
	file, err := os.Open(name)
	if err != nil {
		return nil, nil
	}
	if index := readIndex(file); index != nil {
		return file, index
	}
	_ = file.Close()
	return nil, nil
}

func readIndex(file *os.File) map[key]*place {
	info, err := file.Stat()
	header := make([]byte, headerSize)
	if err != nil || !info.Mode().IsRegular() {
		return nil
	}
	if _, err := io.ReadFull(file, header); err != nil {
		return nil
	}
	want := current()
	rest, ok := bytes.CutPrefix(header, []byte(magic))
	if !ok || !bytes.HasPrefix(rest, want[:]) {
		return nil
	}
	rest = rest[len(want):]
	offset, count := binary.LittleEndian.Uint64(rest), binary.LittleEndian.Uint64(rest[8:])
	if count > maxEntries || offset > uint64(info.Size()) || count*uint64(indexEntry) != uint64(info.Size())-offset {
		return nil
	}
	index := make([]byte, count*uint64(indexEntry))
	if _, err := file.ReadAt(index, int64(offset)); err != nil {
		return nil
	}
	if checksum(header[:headerSize-4], index) != binary.LittleEndian.Uint32(rest[16:]) {
		return nil
	}
	return parseIndex(index, int64(offset))
}

// parseIndex returns the places of an index, nil when one is not before end.
func parseIndex(index []byte, end int64) map[key]*place {
	places := make([]place, len(index)/indexEntry)
	out := make(map[key]*place, len(places))
	for i := range places {
		entry := index[i*indexEntry:]
		p := &places[i]
		p.offset = int64(binary.LittleEndian.Uint64(entry[len(key{}):]))
		p.length = int64(binary.LittleEndian.Uint64(entry[len(key{})+8:]))
		if p.offset < int64(headerSize) || p.length < 4 || p.offset > end || p.length > end-p.offset {
			return nil
		}
		out[key(entry[:len(key{})])] = p
	}
	return out
}

func checksum(header, index []byte) uint32 {
	return crc32.Update(crc32.Checksum(header, castagnoli), castagnoli, index)
}

// draft is a pack that is being written.
type draft struct {
	file  *os.File
	out   *bufio.Writer
	at    int64
	index []byte
	known map[key]bool
	err   error // the first; nothing is written behind it
}

// newDraft begins a pack that is to become name.
func newDraft(name string) *draft {
	folder, base := filepath.Split(name)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return &draft{err: err}
	}
	file, err := os.CreateTemp(folder, strings.TrimSuffix(base, packSuffix)+draftMiddle+"*") // readable by its owner only: facts quote the source
	if err != nil {
		return &draft{err: err}
	}
	d := &draft{file: file, out: bufio.NewWriterSize(file, 64<<10), known: map[key]bool{}}
	d.write(make([]byte, headerSize))
	return d
}

func (d *draft) write(data []byte) {
	if d.err == nil {
		_, d.err = d.out.Write(data)
		d.at += int64(len(data))
	}
}

// add appends an encoded module.
func (d *draft) add(k key, data []byte) {
	if d.err != nil || d.known[k] {
		return
	}
	d.known[k] = true
	d.index = append(d.index, k[:]...)
	d.index = binary.LittleEndian.AppendUint64(d.index, uint64(d.at))
	d.index = binary.LittleEndian.AppendUint64(d.index, uint64(len(data)))
	d.write(data)
}

// finish completes the pack and gives it its name.
func (d *draft) finish(name string) error {
	v := current()
	header := append([]byte(magic), v[:]...)
	header = binary.LittleEndian.AppendUint64(header, uint64(d.at))
	header = binary.LittleEndian.AppendUint64(header, uint64(len(d.index)/indexEntry))
	header = binary.LittleEndian.AppendUint32(header, checksum(header, d.index))
	d.write(d.index)
	if d.err == nil {
		d.err = d.out.Flush()
	}
	if d.err == nil {
		_, d.err = d.file.WriteAt(header, 0)
	}
	if d.file == nil {
		return d.err
	}
	if err := d.file.Close(); d.err == nil {
		d.err = err
	}
	if d.err == nil {
		d.err = os.Rename(d.file.Name(), name)
	}
	if d.err != nil {
		_ = os.Remove(d.file.Name())
	}
	return d.err
}

// drop gives the pack up.
func (d *draft) drop() {
	if d.file != nil {
		_ = d.file.Close()
		_ = os.Remove(d.file.Name())
	}
}
