package config

import (
	"fmt"
	"os"
	"reflect"
	"slices"

	"github.com/go-viper/mapstructure/v2"

	"github.com/liveness-gateway/gateway/internal/config/document"
	"github.com/liveness-gateway/gateway/internal/config/format"
	"github.com/liveness-gateway/gateway/internal/config/schema"
	"github.com/liveness-gateway/gateway/internal/files"
	"github.com/liveness-gateway/gateway/internal/providers"
)

// Option changes how a file is read.
type Option func(*checker)

// WithoutSecrets leaves secrets empty and does not look whether they are there.
func WithoutSecrets() Option { return func(c *checker) { c.withoutSecrets = true } }

// Load reads the file at path, which may use the vendors. Its error is document.Errors.
func Load(path string, vendors []*providers.Provider, options ...Option) (*Config, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, Unreadable(path, err)
	}
	return Parse(path, text, vendors, options...)
}

// Unreadable is the error of a file that the system cannot read.
func Unreadable(path string, err error) error {
	return document.Errors{{File: path, Message: "cannot be read: " + files.Cause(err)}}
}

// Parse reads one text as a Reader does.
func Parse(name string, text []byte, vendors []*providers.Provider, options ...Option) (*Config, error) {
	reader, err := NewReader(vendors)
	if err != nil {
		return nil, err
	}
	return reader.Parse(name, text, options...)
}

// Reader reads files that may use the same vendors. It is safe for concurrent use.
type Reader struct {
	vendors []*providers.Provider
	schema  *schema.Schema
}

// NewReader returns a reader. It fails if a vendor states something that no schema can express.
func NewReader(vendors []*providers.Provider) (*Reader, error) {
	rules, err := newSchema(vendors)
	if err != nil {
		return nil, fmt.Errorf("the schema of the configuration: %w", err)
	}
	return &Reader{vendors, rules}, nil
}

// Schema returns the JSON Schema of the files, as indented text.
func (r *Reader) Schema() ([]byte, error) { return r.schema.JSON() }

// Parse reads text as the file of that name: errors show the name, and paths in the text are
// relative to its folder. It reads the environment variables and files that the text names. Its
// error is document.Errors.
func (r *Reader) Parse(name string, text []byte, options ...Option) (*Config, error) {
	root, data := document.Parse(name, text)
	c := &checker{Config: &Config{}, root: root}
	for _, option := range options {
		option(c)
	}
	if root.Given() {
		data = r.schema.Check(root, data)
	}
	if root.Given() && !root.Wrong() {
		if err := r.decode(data, c.Config, root); err != nil {
			return nil, fmt.Errorf("the schema of the configuration takes what its structs do not: %w", err)
		}
		c.files.Note(absolute(name), text)
		c.check()
		c.noteOrigin(text)
	}
	if err := root.Err(); err != nil {
		return nil, err
	}
	return c.Config, nil
}

// decode puts what the file holds into a struct. Accounts and callers, which are below root
// alone, are in its order.
func (r *Reader) decode(data, result any, root *document.Value) error {
	decoder, err := mapstructure.NewDecoder(&mapstructure.DecoderConfig{
		Result: result, TagName: "yaml", ErrorUnused: true, MatchName: func(key, field string) bool { return key == field },
		DecodeHook: mapstructure.ComposeDecodeHookFunc(
			mapstructure.StringToTimeDurationHookFunc(),
			texts(format.ParseSize), texts(format.ParseURL), texts(providers.ParseFlow), texts(r.provider),
			mapstructure.DecodeHookFuncType(func(_, to reflect.Type, data any) (any, error) {
				switch to {
				case reflect.TypeFor[[]Account]():
					return inOrder(r, known(data), root.At("accounts").Keys, func(a *Account, name string) { a.Name = name })
				case reflect.TypeFor[[]Caller]():
					return inOrder(r, data, root.At("callers").Keys, func(c *Caller, name string) { c.Name = name })
				default:
					return data, nil
				}
			}),
		),
	})
	if err != nil {
		return err
	}
	return decoder.Decode(data)
}

// known takes out of accounts what their provider alone says what it is, where there is none.
func known(data any) any {
	named, _ := data.(map[string]any)
	for _, one := range named {
		if account, _ := one.(map[string]any); account["provider"] == nil {
			delete(account, "credentials")
			delete(account, "options")
		}
	}
	return data
}

// inOrder returns what has the names, in that order.
func inOrder[T any](r *Reader, data any, names []string, setName func(*T, string)) ([]T, error) {
	named, _ := data.(map[string]any)
	all := make([]T, len(names))
	for i, name := range names {
		if err := r.decode(named[name], &all[i], nil); err != nil {
			return nil, err
		}
		setName(&all[i], name)
	}
	return all, nil
}

func (r *Reader) provider(name string) *providers.Provider {
	i := slices.IndexFunc(r.vendors, func(p *providers.Provider) bool { return p.Name == name })
	return r.vendors[i] // the schema lets no other name through
}

// texts has text decoded into a T, for which the schema let nothing else through.
func texts[T any](parse func(text string) T) mapstructure.DecodeHookFuncType {
	return func(_, to reflect.Type, data any) (any, error) {
		if text, ok := data.(string); ok && to == reflect.TypeFor[T]() {
			return parse(text), nil
		}
		return data, nil
	}
}
