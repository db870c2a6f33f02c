// Command dashboards writes the Grafana dashboards of deploy/grafana. It must not know a vendor,
// nor an installation: data source, job and names are variables.
//
// It is a module of its own, so that the gateway's does not grow.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run writes each dashboard to a file of its own in the folder that is named.
func run(args []string) error {
	if len(args) != 1 {
		return errors.New("usage: dashboards FOLDER")
	}
	for name, board := range map[string]*board{"service": service(), "vendors": vendors(), "fleet": fleet()} {
		built, err := board.build()
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := write(filepath.Join(args[0], "liveness-gateway-"+name+".json"), &built); err != nil {
			return err
		}
	}
	return nil
}

func write(file string, content *built) error {
	text, err := json.MarshalIndent(content, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(text, '\n'), 0o644)
}
