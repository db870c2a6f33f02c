package config

import (
	_ "embed"
	"slices"
	"sync"

	"github.com/goccy/go-yaml"

	"github.com/liveness-gateway/gateway/internal/config/format"
	"github.com/liveness-gateway/gateway/internal/config/schema"
	"github.com/liveness-gateway/gateway/internal/config/vendorrules"
	"github.com/liveness-gateway/gateway/internal/permissions"
	"github.com/liveness-gateway/gateway/internal/providers"
)

//go:embed schema.yaml
var schemaText []byte

// written returns what is in schema.yaml, which is not changed.
var written = sync.OnceValues(func() (root schema.Object, err error) {
	err = yaml.UnmarshalWithOptions(schemaText, &root, yaml.UseOrderedMap())
	return root, err
})

// newSchema returns the schema of files that may use the vendors: schema.yaml, and the definitions
// that these make.
func newSchema(vendors []*providers.Provider) (*schema.Schema, error) {
	source, err := written()
	if err != nil {
		return nil, err
	}
	root := slices.Clone(source)
	last := &root[len(root)-1] // $defs
	defs, _ := last.Value.(schema.Object)
	last.Value = slices.Concat(defs, vendorrules.Definitions(vendors))
	formats := format.Problems()
	formats["callback-host"] = func(text string) string {
		if _, ok := permissions.ParseHost(text); !ok {
			return "must be a host name, *. and a host name for all below it, or an address; without scheme, port and path"
		}
		return ""
	}
	return schema.Compile(root, formats)
}
