package python

import (
	"context"
	"os"
	"testing"

	sitter "github.com/smacker/go-tree-sitter"
	grammar "github.com/smacker/go-tree-sitter/python"

	"bearings/internal/python/flat"
)

func benchTexts(b *testing.B) ([][]byte, int64) {
	var texts [][]byte
	total := int64(0)
	for _, file := range standardLibrary(b, 200) {
		text, err := os.ReadFile(file)
		if err != nil {
			b.Fatal(err)
		}
		texts = append(texts, text)
		total += int64(len(text))
	}
	return texts, total
}

func perByte(b *testing.B, total int64, read func([]byte), texts [][]byte) {
	b.ReportAllocs()
	for b.Loop() {
		for _, text := range texts {
			read(text)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(total), "ns/byte")
}

// BenchmarkParse is tree-sitter alone, the floor of the other two.
func BenchmarkParse(b *testing.B) {
	texts, total := benchTexts(b)
	perByte(b, total, func(text []byte) {
		parser := sitter.NewParser()
		parser.SetLanguage(grammar.GetLanguage())
		if tree, err := parser.ParseCtx(context.Background(), nil, text); err == nil {
			tree.Close()
		}
		parser.Close()
	}, texts)
}

func BenchmarkFlatten(b *testing.B) {
	texts, total := benchTexts(b)
	perByte(b, total, func(text []byte) { flat.Parse(text).Release() }, texts)
}

func BenchmarkExtract(b *testing.B) {
	texts, total := benchTexts(b)
	perByte(b, total, func(text []byte) { Extract("x.py", text) }, texts)
}

func BenchmarkOutline(b *testing.B) {
	texts, total := benchTexts(b)
	perByte(b, total, func(text []byte) { Outline(text) }, texts)
}
