package config

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/liveness-gateway/gateway/internal/providers"
)

// Load reads the file at path, which may use the vendors. Its error is an Errors.
func Load(path string, vendors []*providers.Provider) (*Config, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, Errors{{File: path, Message: "cannot be read: " + cause(err)}}
	}
	return Parse(path, text, vendors)
}

// Parse reads text as the file of that name, which errors show and from whose
// folder paths in the file start. It reads the environment variables and files
// that the text names. Its error is an Errors.
func Parse(name string, text []byte, vendors []*providers.Provider) (*Config, error) {
	folder, err := filepath.Abs(filepath.Dir(name))
	if err != nil {
		return nil, Errors{{File: name, Message: "has no folder: " + cause(err)}}
	}
	r := &reader{file: name, folder: folder, vendors: vendors}
	var c *Config
	if root := r.document(text); root != nil {
		c = r.config(value{name: "the file", node: root})
	}
	if len(r.errors) > 0 {
		r.errors.sort()
		return nil, r.errors
	}
	return c, nil
}

func (r *reader) config(v value) *Config {
	o := r.object(v, "listen", "allow_unauthenticated", "log", "shutdown_grace", "limits", "idempotency", "accounts", "routes", "out_of_service")
	c := &Config{
		AllowUnauthenticated: r.boolean(o.optional("allow_unauthenticated")),
		Log:                  r.log(o.optional("log")),
		ShutdownGrace:        r.duration(o.optional("shutdown_grace"), 100*time.Millisecond, 5*time.Minute, DefaultShutdownGrace),
		Limits:               r.limits(o.optional("limits")),
		Idempotency:          r.idempotency(o.optional("idempotency")),
	}
	c.Listen = r.listen(o.optional("listen"), c.AllowUnauthenticated)
	c.Accounts = r.accounts(o.required("accounts"))
	c.Routes = r.routes(o.required("routes"), c.Accounts)
	c.OutOfService = r.outOfService(o.optional("out_of_service"), c.Routes)
	return c
}

// reader reads one file and gathers its mistakes.
type reader struct {
	file    string
	folder  string
	vendors []*providers.Provider
	errors  Errors
}

// path returns a path that the file names, made absolute, so that it means the
// same wherever the configuration is printed to.
func (r *reader) path(name string) string {
	if filepath.IsAbs(name) {
		return filepath.Clean(name)
	}
	return filepath.Join(r.folder, name)
}

// document parses text, which must hold one YAML document.
func (r *reader) document(text []byte) ast.Node {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if !r.isUTF8(text) {
		return nil
	}
	file, err := parser.ParseBytes(text, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		r.syntax(err)
		return nil
	}
	if len(file.Docs) == 0 || len(file.Docs) == 1 && file.Docs[0].Body == nil {
		r.failAt(1, 1, "the file is empty")
		return nil
	}
	for _, doc := range file.Docs[1:] {
		line, column := tokenPosition(doc.Start)
		r.failAt(line, column, "the file must hold one YAML document only")
	}
	return file.Docs[0].Body
}

func (r *reader) isUTF8(text []byte) bool {
	for before := 0; before < len(text); {
		char, size := utf8.DecodeRune(text[before:])
		if char == utf8.RuneError && size == 1 {
			line := bytes.Count(text[:before], []byte("\n")) + 1
			start := bytes.LastIndexByte(text[:before], '\n') + 1
			r.failAt(line, utf8.RuneCount(text[start:before])+1, "the file is not UTF-8 text")
			return false
		}
		before += size
	}
	return true
}

// syntax reports the parser's error. Its messages quote the file, where a
// secret may be by mistake, so that they are cut before the quotation.
func (r *reader) syntax(err error) {
	line, column, message := 1, 1, "cannot be read"
	if at, ok := errors.AsType[yaml.Error](err); ok {
		line, column = tokenPosition(at.GetToken())
		message = beforeQuotation(at.GetMessage())
	}
	r.failAt(line, column, "not valid YAML: %s", message)
}

func beforeQuotation(message string) string {
	before, _, _ := strings.Cut(message, `"`)
	return strings.ReplaceAll(strings.TrimRight(before, ": "), "\t", "tab")
}

// cause returns what the system says of a file, without the path.
func cause(err error) string {
	if failed, ok := errors.AsType[*fs.PathError](err); ok {
		err = failed.Err
	}
	return err.Error()
}
