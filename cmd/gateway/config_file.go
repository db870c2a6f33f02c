package main

import (
	"errors"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/vendors"
)

// standardInput is what stands for a file that is read from there.
const standardInput = "-"

// configFile is the configuration file of a command: its argument, or the flag --config.
type configFile struct{ flag string }

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

// read returns the file's name and its text.
func (f *configFile) read(command *cobra.Command, args []string) (name string, text []byte, err error) {
	name = f.flag
	switch {
	case len(args) == 1 && name != "":
		return "", nil, errTwoFiles
	case len(args) == 1:
		name = args[0]
	}
	switch name {
	case "":
		return "", nil, errNoFile
	case standardInput:
		text, err = io.ReadAll(command.InOrStdin())
	default:
		text, err = os.ReadFile(name)
	}
	if err != nil {
		return "", nil, config.Unreadable(name, err)
	}
	return name, text, nil
}

// load returns the configuration that is in the file.
func (f *configFile) load(command *cobra.Command, args []string, options ...config.Option) (*config.Config, string, error) {
	name, text, err := f.read(command, args)
	if err != nil {
		return nil, "", err
	}
	cfg, err := config.Parse(name, text, vendors.All(), options...)
	return cfg, name, err
}
