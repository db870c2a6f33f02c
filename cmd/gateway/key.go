package main

import (
	"encoding/hex"
	"fmt"
	"regexp"
	"time"

	"github.com/spf13/cobra"

	"github.com/liveness-gateway/gateway/internal/callers"
)

func keyCommand() *cobra.Command {
	return group(&cobra.Command{
		Use: "key", Short: "Make API keys of callers", Example: "  gateway key new --caller shop",
	}, newKeyCommand())
}

// newKeyLayout shows a key to both its owners: the client gets all of it, the file only its id and hash.
const newKeyLayout = `For the client, shown this once: it sends the header "Authorization: Bearer" with

%s

For the configuration file:

callers:
  %q:
    api_keys:
      - {name: %q, id: %s, sha256: %q}
`

// nameForm is the form of names in the configuration's schema.
var nameForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

func newKeyCommand() *cobra.Command {
	var caller, name string
	command := &cobra.Command{
		Use:   "new",
		Short: "Print a new API key: what the client gets, and the lines for the file",
		Example: "  gateway key new --caller shop\n" +
			"  gateway key new --caller shop --name next   # beside the one in use, to replace it without a gap",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			for flag, value := range map[string]string{"caller": caller, "name": name} {
				if !nameForm.MatchString(value) {
					return fmt.Errorf("--%s must be 1 to 64 characters of A-Z, a-z, 0-9 and ._-, the first a letter or digit", flag)
				}
			}
			token, key := callers.NewAPIKey()
			_, err := fmt.Fprintf(cmd.OutOrStdout(), newKeyLayout, token, caller, name, key.ID, hex.EncodeToString(key.Hash[:]))
			return err
		},
	}
	command.Flags().StringVar(&caller, "caller", "", "`NAME` of the caller in the file")
	command.Flags().StringVar(&name, "name", time.Now().UTC().Format(time.DateOnly), "`NAME` of the key, to tell a caller's two apart")
	_ = command.MarkFlagRequired("caller") // the flag exists
	return command
}
