package config

import (
	"fmt"
	"io"
	"maps"
	"net/url"
	"slices"
	"strconv"

	"github.com/goccy/go-yaml"

	"github.com/liveness-gateway/gateway/internal/config/format"
	"github.com/liveness-gateway/gateway/internal/config/secrets"
	"github.com/liveness-gateway/gateway/internal/providers"
)

// Print writes the configuration with its defaults as YAML that Parse reads
// again to the same effect. Secrets appear as their references, paths in full.
func (c *Config) Print(w io.Writer) error {
	var options []yaml.EncodeOption
	options = []yaml.EncodeOption{
		yaml.IndentSequence(true),
		yaml.CustomMarshaler(func(size format.Size) ([]byte, error) { return []byte(size.String()), nil }),
		yaml.CustomMarshaler(func(u *url.URL) ([]byte, error) { return quoted(u.String()), nil }),
		yaml.CustomMarshaler(func(flow providers.Flow) ([]byte, error) { return []byte(flow.String()), nil }),
		yaml.CustomMarshaler(func(p *providers.Provider) ([]byte, error) { return []byte(p.Name), nil }),
		yaml.CustomMarshaler(func(from secrets.Reference) ([]byte, error) {
			if from.Env != "" {
				return fmt.Appendf(nil, "{env: %s}", quoted(from.Env)), nil
			}
			return fmt.Appendf(nil, "{file: %s}", quoted(from.File)), nil
		}),
		byName(func(a *Account) string { return a.Name }, &options),
		byName(func(c *Caller) string { return c.Name }, &options),
	}
	return yaml.NewEncoder(w, options...).Encode(c)
}

// byName has a list written as a mapping, in its order.
func byName[T any](name func(*T) string, options *[]yaml.EncodeOption) yaml.EncodeOption {
	return yaml.CustomMarshaler(func(all []T) ([]byte, error) {
		var named yaml.MapSlice
		for i := range all {
			named = append(named, yaml.MapItem{Key: name(&all[i]), Value: &all[i]})
		}
		return yaml.MarshalWithOptions(named, *options...)
	})
}

// quoted writes text in Go's quotes, whose escapes YAML shares.
func quoted(text string) []byte { return strconv.AppendQuote(nil, text) }

// MarshalYAML shows where the secret is read from.
func (s *Secret) MarshalYAML() (any, error) { return secrets.Reference{Env: s.Env, File: s.File}, nil }

// MarshalYAML puts the references beside the name.
func (c Credential) MarshalYAML() (any, error) {
	all := yaml.MapSlice{{Key: "name", Value: c.Name}}
	for _, key := range slices.Sorted(maps.Keys(c.References)) {
		all = append(all, yaml.MapItem{Key: key, Value: c.References[key]})
	}
	return all, nil
}
