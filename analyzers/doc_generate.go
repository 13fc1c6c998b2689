package analyzers

//go:generate go run ./internal/generate
