// Lines counts the lines of the adapters that are written by hand, as docs/adding-a-vendor.md has them.
// "go run ./tools/lines" is run from the root of the checkout.
package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/liveness-gateway/gateway/internal/vendors"
)

func main() {
	if err := write(os.Stdout, "."); err != nil {
		fmt.Fprintln(os.Stderr, "lines:", err)
		os.Exit(1)
	}
}

// write writes a row for each vendor, of the checkout at root.
func write(w io.Writer, root string) error {
	for _, vendor := range vendors.All() {
		files, err := filepath.Glob(filepath.Join(root, "internal", "providers", vendor.Name, "*.go"))
		if err != nil {
			return err
		}
		var adapter, tests lines
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			counted, err := count(text)
			if err != nil {
				return fmt.Errorf("%s: %w", file, err)
			}
			if strings.HasSuffix(file, "_test.go") {
				tests = tests.plus(counted)
			} else {
				adapter = adapter.plus(counted)
			}
		}
		products := len(vendor.Products)
		if _, err := fmt.Fprintf(w, "| `%s` | %d | %d | %d | %d | %d |\n", vendor.Name, products,
			(adapter.byHand+products-1)/products, adapter.byHand, adapter.tables, tests.byHand+tests.tables); err != nil {
			return err
		}
	}
	return nil
}
