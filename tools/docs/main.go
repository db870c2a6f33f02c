// Docs writes docs/errors.md, docs/vendors.md and deploy/config.schema.json from the tables
// that the gateway runs on. "go run ./tools/docs" is run from the root of the checkout.
package main

import (
	"bytes"
	"embed"
	"fmt"
	"os"
	"path/filepath"
	"text/template"

	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/vendors"
)

//go:embed *.tmpl
var templates embed.FS

func main() {
	if err := write("."); err != nil {
		fmt.Fprintln(os.Stderr, "docs:", err)
		os.Exit(1)
	}
}

func write(root string) error {
	pages, err := render(root)
	if err != nil {
		return err
	}
	for path, text := range pages {
		if err := os.WriteFile(filepath.Join(root, path), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// render returns the pages by their paths below root, the checkout.
func render(root string) (map[string][]byte, error) {
	all := vendors.All()
	errorsPage, err := newErrorsPage(root, all)
	if err != nil {
		return nil, err
	}
	pages := make(map[string][]byte)
	for name, data := range map[string]any{"errors.md": errorsPage, "vendors.md": newVendorsPage(all)} {
		parsed, err := template.ParseFS(templates, name+".tmpl")
		if err != nil {
			return nil, err
		}
		var text bytes.Buffer
		if err := parsed.Execute(&text, data); err != nil {
			return nil, err
		}
		pages["docs/"+name] = text.Bytes()
	}
	reader, err := config.NewReader(all)
	if err != nil {
		return nil, err
	}
	pages["deploy/config.schema.json"], err = reader.Schema()
	return pages, err
}
