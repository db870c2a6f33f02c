// Newvendor begins an adapter: it copies that of Acme, the vendor that does not
// exist, under the new vendor's name. The copy compiles and conforms, and what is
// still Acme's in it says "Acme". Run from the root of the checkout.
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

const (
	example = "internal/providers/providertest/acme"
	adapter = "internal/providers/"
)

// names are those that serve as a package, a folder and a provider at once.
var names = regexp.MustCompile(`^[a-z][a-z0-9]*$`)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "newvendor:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 1 || !names.MatchString(args[0]) {
		return errors.New("usage: newvendor NAME, of lower-case letters and digits")
	}
	files, err := copied(".", args[0])
	if err != nil {
		return err
	}
	if err := os.Mkdir(adapter+args[0], 0o755); err != nil {
		return err // also where there is such a vendor
	}
	for path, text := range files {
		if err := os.WriteFile(path, text, 0o644); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(os.Stdout, "%s%s is Acme's adapter so far; docs/adding-a-vendor.md says how to go on.\n", adapter, args[0])
	return err
}

// copied returns the files of the new adapter by their paths below root, the
// checkout.
func copied(root, name string) (map[string][]byte, error) {
	sources, err := filepath.Glob(filepath.Join(root, example, "*.go"))
	if err != nil {
		return nil, err
	}
	rename := strings.NewReplacer(example, adapter+name, "acme", name)
	files := make(map[string][]byte)
	for _, source := range sources {
		text, err := os.ReadFile(source)
		if err != nil {
			return nil, err
		}
		files[adapter+name+"/"+rename.Replace(filepath.Base(source))] = []byte(rename.Replace(string(text)))
	}
	return files, nil
}
