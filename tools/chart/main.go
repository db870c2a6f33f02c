// Command chart writes the plain manifests of deploy/kubernetes: what the Helm chart renders
// with its defaults, and before that the accounts and routes of the chart's configuration,
// which are those of deploy/config.example.yaml. It is a module of its own, so that nothing else compiles Helm, and knows
// of the gateway only its chart. Run it from here: go run .
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

const (
	chartFolder    = "../../deploy/helm"
	manifestFolder = "../../deploy/kubernetes"
	written        = "# Written by tools/chart from deploy/helm with its defaults: change it there.\n"
)

func main() {
	err := writeExample(chartFolder + "/gateway.yaml")
	if err == nil {
		err = write(manifestFolder)
	}
	if err != nil {
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
		if err := os.WriteFile(filepath.Join(folder, name), []byte(written+text), 0o644); err != nil {
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

// example is the configuration with every key explained.
const example = "../../deploy/config.example.yaml"

// writeExample puts the example's accounts, and all below them, in the place of those in the
// chart's configuration. Their secrets are files there.
func writeExample(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	from, err := os.ReadFile(example)
	if err != nil {
		return err
	}
	const begin = "\naccounts:\n"
	head, _, found := strings.Cut(string(text), begin)
	_, tail, foundToo := strings.Cut(string(from), begin)
	if !found || !foundToo {
		return fmt.Errorf("%s and %s must have accounts", path, example)
	}
	return os.WriteFile(path, []byte(head+begin+secretsAsFiles(tail)), 0o644)
}

var variable = regexp.MustCompile(`\{env: (\w+)\}`)

// secretsAsFiles has every secret that is in use come from the folder of the Secret.
func secretsAsFiles(text string) string {
	var changed strings.Builder
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(strings.TrimSpace(line), "#") {
			line = variable.ReplaceAllString(line, "{file: /etc/gateway-secrets/$1}")
		}
		changed.WriteString(line)
	}
	return changed.String()
}
