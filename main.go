// Command bearings tells people where they stand before they fix FastAPI
// authentication. See README.md.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"bearings/internal/cli"
)

// version is set by the linker when a release is built.
var version = "dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := cli.Main(ctx, version, os.Args[1:], cli.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr})
	stop()
	os.Exit(status)
}
