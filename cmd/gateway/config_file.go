package main

import (
	"errors"
	"sync"

	"github.com/spf13/cobra"

	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/config/document"
	"github.com/liveness-gateway/gateway/internal/files"
	"github.com/liveness-gateway/gateway/internal/vendors"
)

// standardInput is the file name that means standard input.
const standardInput = "-"

// configFile is the configuration file of a command: its argument, or the flag --config.
type configFile struct {
	flag string
	// noSecrets says that it is loaded without its secrets.
	noSecrets bool
}

var (
	errNoFile   = errors.New("name the configuration FILE, or - for standard input")
	errTwoFiles = errors.New("the configuration FILE is named twice, as an argument and by --config")
)

// addTo gives a command the argument and the flag.
func (f *configFile) addTo(command *cobra.Command) {
	command.Args = cobra.MaximumNArgs(1)
	command.ValidArgsFunction = func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return []cobra.Completion{"yaml", "yml"}, cobra.ShellCompDirectiveFilterFileExt
	}
	command.Flags().StringVar(&f.flag, "config", "", "configuration `FILE`; - is standard input. It may be an argument instead")
	_ = command.MarkFlagFilename("config", "yaml", "yml") // the flag exists
}

// addNoSecrets gives the command the flag of that name.
func (f *configFile) addNoSecrets(command *cobra.Command) {
	command.Flags().BoolVar(&f.noSecrets, "no-secrets", false, "do without the variables and files that hold secrets; all else is checked")
}

// read returns the file's name and its text.
func (f *configFile) read(command *cobra.Command, args []string) (name string, text []byte, err error) {
	name = f.flag
	switch {
	case len(args) == 1 && name != "":
		return "", nil, errTwoFiles
	case len(args) == 1:
		name = args[0]
	}
	if name == "" {
		return "", nil, errNoFile
	}
	if text, err = readInput(command, name, document.MaxBytes>>20); err != nil {
		return "", nil, config.Unreadable(name, err)
	}
	return name, text, nil
}

// readInput returns the text of a file, which may be a pipe, or of standard input.
func readInput(command *cobra.Command, name string, mostMiB int) ([]byte, error) {
	if name == standardInput {
		return files.ReadAtMost(command.InOrStdin(), mostMiB)
	}
	return files.ReadStream(name, mostMiB)
}

// load returns the configuration that is in the file.
func (f *configFile) load(command *cobra.Command, args []string) (*config.Config, string, error) {
	name, text, err := f.read(command, args)
	if err != nil {
		return nil, "", err
	}
	var options []config.Option
	if f.noSecrets {
		options = append(options, config.WithoutSecrets())
	}
	cfg, err := parseConfig(name, text, options...)
	return cfg, name, err
}

// configReader returns the reader that all commands share, because making one takes longer than reading a
// file with it.
var configReader = sync.OnceValues(func() (*config.Reader, error) { return config.NewReader(vendors.All()) })

// parseConfig parses a configuration with that reader.
func parseConfig(name string, text []byte, options ...config.Option) (*config.Config, error) {
	reader, err := configReader()
	if err != nil {
		return nil, err
	}
	return reader.Parse(name, text, options...)
}
