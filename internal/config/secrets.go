package config

import (
	"os"
	"regexp"
	"strings"
	"unicode"

	"github.com/goccy/go-yaml/ast"

	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// The sources of a secret, by their keys in the file.
const (
	sourceEnv  = "env"
	sourceFile = "file"
)

var variableNames = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// Reference says where a secret comes from.
type Reference struct {
	// Source is "env" or "file", Name the variable or the absolute path.
	Source, Name string
}

// String returns for example "environment variable VENDOR_KEY".
func (ref Reference) String() string {
	if ref.Source == sourceEnv {
		return "environment variable " + ref.Name
	}
	return "file " + ref.Name
}

// secret reads v as a reference and then what it refers to. Of what v holds, only
// the name of a variable or file is ever shown: an operator may have written the
// secret itself in its place.
func (r *reader) secret(v value) (sensitive.String, Reference) {
	if !v.given() {
		return sensitive.String{}, Reference{}
	}
	ref, place := r.reference(v)
	if ref.Name == "" {
		r.fail(place, "%s must be {env: NAME} or {file: path}; the secret itself must not be here", v.name)
		return sensitive.String{}, ref
	}
	secret, problem := ref.read()
	if problem != "" {
		r.fail(place, "%s: %s %s", v.name, ref, problem)
	}
	return secret, ref
}

// reference reads v as {env: NAME} or {file: path} and returns the place of the name.
// If v is neither, Name is empty and the place is that of the mistake.
func (r *reader) reference(v value) (Reference, value) {
	mapping, ok := v.node.(*ast.MappingNode)
	if !ok || len(mapping.Values) != 1 {
		return Reference{}, v
	}
	place := value{v.name, mapping.Values[0].Value}
	name, ok := place.node.(*ast.StringNode)
	switch source := mapping.Values[0].Key.GetToken().Value; {
	case !ok || strings.ContainsFunc(name.Value, unicode.IsControl):
	case source == sourceEnv && variableNames.MatchString(name.Value):
		return Reference{source, name.Value}, place
	case source == sourceFile && name.Value != "":
		return Reference{source, r.path(name.Value)}, place
	}
	return Reference{}, v
}

// read returns the secret, or what keeps it from being read. The newline that
// editors put at the end of a file is not part of it.
func (ref Reference) read() (secret sensitive.String, problem string) {
	var text string
	if ref.Source == sourceEnv {
		variable, ok := os.LookupEnv(ref.Name)
		if !ok {
			return secret, "is not set"
		}
		text = variable
	} else {
		content, err := os.ReadFile(ref.Name)
		if err != nil {
			return secret, "cannot be read: " + cause(err)
		}
		text = strings.TrimSuffix(strings.TrimSuffix(string(content), "\n"), "\r")
	}
	if text == "" {
		return secret, "is empty"
	}
	return sensitive.New(text), ""
}
