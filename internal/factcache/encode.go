package factcache

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"sync"

	"bearings/internal/python"
)

// An encoded module is
//
//	checksum of the rest: CRC-32C, 4 bytes, little-endian
//	how many there are of each type: "counted" varints
//	the strings: their number, the length of each in bytes, then their bytes
//	the nodes, in the order of the source
//
// A varint is unsigned unless said otherwise. A list is its length + 1, or 0
// for nil, and its elements. A string is its number in the table; 0 is "". A
// range is the distance of its start from that of the range before (a signed
// varint) and its length.

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// errTooDeep: the module nests more deeply than maxDepth, and is not kept.
var errTooDeep = errors.New("nested too deeply to be kept")

// encoder writes one module.
type encoder struct {
	nodes   []byte
	counts  [counted]uint32
	numbers map[string]uint32 // of the strings
	texts   []string          // the strings by number, from 1
	last    uint32            // start of the range before
	depth   int
	deepest int
}

var encoders = sync.Pool{New: func() any { return &encoder{numbers: map[string]uint32{}} }}

// encode appends the encoded form of m to out. The path is not part of it.
func encode(out []byte, m *python.Module) ([]byte, error) {
	e := encoders.Get().(*encoder)
	defer encoders.Put(e)
	numbers := e.numbers
	clear(numbers)
	clear(e.texts)
	*e = encoder{nodes: e.nodes[:0], numbers: numbers, texts: e.texts[:0]}
	e.module(m)
	if e.deepest > maxDepth {
		return out, errTooDeep
	}
	begin := len(out)
	out = append(out, 0, 0, 0, 0)
	for _, n := range e.counts {
		out = binary.AppendUvarint(out, uint64(n))
	}
	out = binary.AppendUvarint(out, uint64(len(e.texts)))
	for _, s := range e.texts {
		out = binary.AppendUvarint(out, uint64(len(s)))
	}
	for _, s := range e.texts {
		out = append(out, s...)
	}
	out = append(out, e.nodes...)
	binary.LittleEndian.PutUint32(out[begin:], crc32.Checksum(out[begin+4:], castagnoli))
	return out, nil
}

func (e *encoder) module(m *python.Module) {
	e.flag(m.Future)
	list(e, listRange, m.WholeBroken(), func(r *python.Range) { e.at(*r) })
	list(e, listComment, m.Comments, func(c *python.Comment) { e.at(c.Range); e.text(c.Text) })
	e.last = 0
	e.body(m.Body)
}

func (e *encoder) uint(n uint64) { e.nodes = binary.AppendUvarint(e.nodes, n) }

func (e *encoder) byte(b byte) { e.nodes = append(e.nodes, b) }

func (e *encoder) flag(b bool) {
	if b {
		e.byte(1)
	} else {
		e.byte(0)
	}
}

func (e *encoder) at(r python.Range) {
	e.nodes = binary.AppendVarint(e.nodes, int64(int32(r.Start-e.last)))
	e.uint(uint64(r.End - r.Start)) // wraps around within 32 bits, as decoding does
	e.last = r.Start
}

func (e *encoder) text(s string) {
	if s == "" {
		e.byte(0)
		return
	}
	n, ok := e.numbers[s]
	if !ok {
		e.texts = append(e.texts, s)
		n = uint32(len(e.texts))
		e.numbers[s] = n
	}
	e.uint(uint64(n))
}

// tag begins a node.
func (e *encoder) tag(tag byte, at python.Range) {
	e.counts[tag]++
	e.byte(tag)
	e.at(at)
}

// list writes a list, of which there are count more elements now.
func list[T any](e *encoder, kind byte, elements []T, write func(*T)) {
	if elements == nil {
		e.byte(0)
		return
	}
	e.uint(uint64(len(elements)) + 1)
	e.counts[kind] += uint32(len(elements))
	for i := range elements {
		write(&elements[i])
	}
}

func (e *encoder) exprs(xs []python.Expr) { list(e, listExpr, xs, func(x *python.Expr) { e.expr(*x) }) }

func (e *encoder) body(body []python.Stmt) {
	list(e, listStmt, body, func(s *python.Stmt) { e.stmt(*s) })
}

func (e *encoder) enter() {
	e.depth++
	e.deepest = max(e.deepest, e.depth)
}

func (e *encoder) leave() { e.depth-- }
