package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"bearings/server"
)

// serveFlags are the flags of serve.
type serveFlags struct {
	stdio, noCache                   bool
	listen, logFile, logLevel, trace string
}

func newServe(version string, s Streams) *cobra.Command {
	var f serveFlags
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Speak the Language Server Protocol with an editor, on standard input and output",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return serve(cmd.Context(), version, s, f) },
	}
	flags := cmd.Flags()
	flags.BoolVar(&f.stdio, "stdio", true, "standard input and output, as editors start it")
	flags.StringVar(&f.listen, "listen", "", "for debugging: a loopback address (127.0.0.1:4389) or unix:PATH, one client after the other")
	flags.StringVar(&f.logFile, "log-file", "", "write the log to a file instead of standard error")
	flags.StringVar(&f.logLevel, "log-level", "warn", "debug, info, warn or error")
	flags.StringVar(&f.trace, "trace", "", "write every message to a file, one line of JSON each")
	cacheFlag(cmd, &f.noCache)
	return cmd
}

func serve(ctx context.Context, version string, s Streams, f serveFlags) error {
	var level slog.Level
	if err := level.UnmarshalText([]byte(f.logLevel)); err != nil {
		return oneOf("log-level", f.logLevel, "debug", "info", "warn", "error")
	}
	log, closeLog, err := openLog(f.logFile, s.Err)
	if err != nil {
		return err
	}
	defer closeLog()
	options := server.Options{Version: version, CacheDir: cacheFolder(f.noCache), Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: level}))}
	if f.trace != "" {
		trace, closeTrace, err := openLog(f.trace, nil)
		if err != nil {
			return err
		}
		defer closeTrace()
		options.Trace = trace
	}
	if f.listen != "" {
		return listen(ctx, f.listen, options, s.Err)
	}
	err = server.Serve(ctx, s.In, s.Out, options)
	if errors.Is(err, server.ErrNoShutdown) {
		return found{} // the protocol wants exit status 1
	}
	return err
}

// openLog opens a file to append to; fallback stands for "".
func openLog(name string, fallback io.Writer) (io.Writer, func(), error) {
	if name == "" {
		return fallback, func() {}, nil
	}
	file, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, fmt.Errorf("open %s: %w", name, plain(err))
	}
	return file, func() { _ = file.Close() }, nil
}

// listen serves the clients of a loopback address or a unix socket until ctx ends.
func listen(ctx context.Context, address string, options server.Options, told io.Writer) error {
	network := "tcp"
	if path, unix := strings.CutPrefix(address, "unix:"); unix {
		network, address = "unix", path
	} else if host, _, err := net.SplitHostPort(address); err != nil || !isLoopback(host) {
		return fmt.Errorf("--listen %q: only a loopback address, 127.0.0.1:PORT or [::1]:PORT, or unix:PATH", address)
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, network, address)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", address, err)
	}
	stop := context.AfterFunc(ctx, func() { _ = listener.Close() })
	defer stop()
	_, _ = fmt.Fprintf(told, "bearings: listening on %s\n", listener.Addr())
	for {
		conn, err := listener.Accept()
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return fmt.Errorf("listen on %s: %w", address, err)
		}
		if err := server.Serve(ctx, conn, conn, options); err != nil {
			options.Log.Warn("the session ended", "reason", err)
		}
	}
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}
