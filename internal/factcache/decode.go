package factcache

import (
	"encoding/binary"
	"hash/crc32"

	"bearings/internal/python"
	"bearings/internal/source"
)

// decoder reads one module. Behind the end of data, and behind the first fault,
// it reads zeros, which are absent nodes and empty lists: it always comes to an end.
type decoder struct {
	data   []byte
	source []byte // the text of the module
	module *python.Module
	i      int
	bad    bool
	texts  []string
	last   uint32 // start of the range before
	depth  int
	slabs
}

// decode returns the module that encode wrote for a text, and false when data is
// not what it wrote. The module keeps text, and no reference to data.
func decode(path source.Path, text, data []byte) (*python.Module, bool) {
	if len(data) < 4 || crc32.Checksum(data[4:], castagnoli) != binary.LittleEndian.Uint32(data) {
		return nil, false
	}
	return decodeBody(path, text, data[4:])
}

// decodeBody is decode behind the checksum. It never panics, whatever data is.
func decodeBody(path source.Path, text, data []byte) (*python.Module, bool) {
	d := &decoder{data: data, source: text}
	if !d.allot() || !d.table() {
		return nil, false
	}
	m := &python.Module{Path: path}
	d.module = m
	m.Future = d.flag()
	broken := take(d, &d.ranges)
	for i := range broken {
		broken[i] = d.at()
	}
	m.SetBroken(broken)
	m.Comments = take(d, &d.comments)
	for i := range m.Comments {
		m.Comments[i].Range = d.at()
		m.Comments[i].Text = d.text()
	}
	d.last = 0
	m.Body = d.body()
	if d.bad || d.i != len(d.data) {
		return nil, false
	}
	return m, true
}

// table reads the strings. All share one piece of memory.
func (d *decoder) table() bool {
	n := int(d.uint())
	if n > len(d.data)-d.i {
		return false
	}
	d.texts = make([]string, n+1)
	lengths := d.i
	total := uint64(0)
	for range n {
		total += uint64(d.uint())
	}
	if d.bad || total > uint64(len(d.data)-d.i) {
		return false
	}
	begin := d.i
	all := string(d.data[begin : begin+int(total)])
	d.i = lengths
	at := 0
	for k := range n {
		size := int(d.uint())
		d.texts[k+1] = all[at : at+size]
		at += size
	}
	d.i = begin + int(total)
	return true
}

func (d *decoder) fail() {
	d.bad = true
	d.i = len(d.data)
}

func (d *decoder) byte() byte {
	if d.i < len(d.data) {
		b := d.data[d.i]
		d.i++
		return b
	}
	d.bad = true
	return 0
}

func (d *decoder) flag() bool { return d.byte() != 0 }

// uint reads a varint of up to 32 bits.
func (d *decoder) uint() uint32 {
	if d.i < len(d.data) {
		if b := d.data[d.i]; b < 0x80 {
			d.i++
			return uint32(b)
		}
	}
	return d.long()
}

// long is uint for what takes more than one byte.
func (d *decoder) long() uint32 {
	if d.i+2 <= len(d.data) {
		if b := d.data[d.i+1]; b < 0x80 {
			v := uint32(d.data[d.i])&0x7f | uint32(b)<<7
			d.i += 2
			return v
		}
	}
	v, n := binary.Uvarint(d.data[d.i:])
	if n <= 0 || v > 1<<32-1 {
		d.fail()
		return 0
	}
	d.i += n
	return uint32(v)
}

func (d *decoder) at() python.Range {
	delta := d.uint()
	start := d.last + (delta>>1 ^ -(delta & 1))
	d.last = start
	return python.Range{Start: start, End: start + d.uint()}
}

func (d *decoder) text() string {
	if n := int(d.uint()); n < len(d.texts) {
		return d.texts[n]
	}
	d.fail()
	return ""
}

// enter counts a level of nesting.
func (d *decoder) enter() {
	if d.depth++; d.depth > maxDepth {
		d.fail()
	}
}

// slab holds the values of one type that are still to be given away.
type slab[T any] struct{ free []T }

func (s *slab[T]) allot(n int) {
	if n > 0 {
		s.free = make([]T, n)
	}
}

// one returns a zero value.
func (s *slab[T]) one() *T {
	if len(s.free) == 0 {
		return new(T)
	}
	p := &s.free[0]
	s.free = s.free[1:]
	return p
}

// take reads the length of a list and returns the list with zero elements.
func take[T any](d *decoder, s *slab[T]) []T {
	n := int(d.uint())
	switch {
	case n == 0:
		return nil
	case n == 1:
		return []T{}
	case n-1 > len(s.free):
		d.fail()
		return nil
	}
	out := s.free[: n-1 : n-1]
	s.free = s.free[n-1:]
	return out
}
