// Command chart writes the plain manifests of deploy/kubernetes: what the Helm chart renders
// with its defaults. It is a module of its own, so that nothing else compiles Helm, and knows
// of the gateway only its chart. Run it from here: go run .
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

const (
	chartFolder    = "../../deploy/helm"
	manifestFolder = "../../deploy/kubernetes"
	written        = "# Written by tools/chart from deploy/helm with its defaults: change it there.\n"
)

func main() {
	if err := write(manifestFolder); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// write puts the manifests into a folder, and takes those away that it wrote and that are no
// longer rendered.
func write(folder string) error {
	files, err := render(release{Name: "liveness-gateway", Namespace: "liveness"}, nil)
	if err != nil {
		return err
	}
	if err := removeStale(folder, files); err != nil {
		return err
	}
	for name, text := range files {
		if filepath.Ext(name) != ".yaml" {
			continue
		}
		if err := os.WriteFile(filepath.Join(folder, name), []byte(written+text), 0o644); err != nil { //nolint:gosec // for everybody to read
			return err
		}
	}
	return nil
}

func removeStale(folder string, files map[string]string) error {
	there, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if err != nil {
		return err
	}
	for _, path := range there {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if _, rendered := files[filepath.Base(path)]; !rendered && strings.HasPrefix(string(text), written) {
			if err := os.Remove(path); err != nil {
				return err
			}
		}
	}
	return nil
}
