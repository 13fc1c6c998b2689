package factcache

import (
	"crypto/sha256"
	"os"
	"testing"

	"bearings/internal/python"
)

func perByte(b *testing.B, work func(text, encoded []byte, m *python.Module)) {
	type sample struct {
		text, encoded []byte
		module        *python.Module
	}
	var samples []sample
	total, kept := 0, 0
	for _, file := range standardLibrary(b, 200) {
		text, err := os.ReadFile(file)
		if err != nil {
			b.Fatal(err)
		}
		m := python.Extract("x.py", text)
		encoded, err := encode(nil, m)
		if err != nil {
			b.Fatal(err)
		}
		samples = append(samples, sample{text, encoded, m})
		total, kept = total+len(text), kept+len(encoded)
	}
	b.ReportAllocs()
	for b.Loop() {
		for _, s := range samples {
			work(s.text, s.encoded, s.module)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(total), "ns/byte")
	b.ReportMetric(float64(kept)/float64(total), "encoded/byte")
}

// BenchmarkExtract is what a module costs without the cache.
func BenchmarkExtract(b *testing.B) {
	perByte(b, func(text, _ []byte, _ *python.Module) { python.Extract("x.py", text) })
}

func BenchmarkDecode(b *testing.B) {
	perByte(b, func(text, encoded []byte, _ *python.Module) {
		if _, ok := decode("x.py", text, encoded); !ok {
			b.Fatal("not decoded")
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	var out []byte
	perByte(b, func(_, _ []byte, m *python.Module) { out, _ = encode(out[:0], m) })
}

// BenchmarkHash is what it costs to know a text again.
func BenchmarkHash(b *testing.B) {
	perByte(b, func(text, _ []byte, _ *python.Module) { sha256.Sum256(text) })
}
