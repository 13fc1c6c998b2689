package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"bearings/internal/factcache"
)

// cacheFlag adds --no-cache to a command.
func cacheFlag(cmd *cobra.Command, value *bool) {
	cmd.Flags().BoolVar(value, "no-cache", false, "neither read nor keep what earlier runs have learnt")
}

// cacheFolder is where facts are kept; "" when they are not.
func cacheFolder(noCache bool) string {
	if noCache {
		return ""
	}
	folder, err := factcache.Folder()
	if err != nil { // a machine without a home: every run reads anew
		return ""
	}
	return folder
}

func newCache(s Streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "cache",
		Short: "Look after what earlier runs have learnt",
		Long: `cache looks after what earlier runs have learnt: the facts of Python files, so that files
that have not changed are not read anew, and the answers to check, map, env and explain,
which are said again while nothing that they rest on has changed. It lies in the
user's cache folder and
can be removed at any time.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(&cobra.Command{
		Use:   "clean",
		Short: "Remove it, for all projects",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			folder, err := factcache.Folder()
			if err != nil {
				return err
			}
			freed, err := factcache.Clean(folder)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(s.Out, "removed %d KiB from %s\n", (freed+1023)/1024, folder)
			return err
		},
	})
	return cmd
}
