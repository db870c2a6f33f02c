// Package secrets reads {env: NAME} and {file: path}, and the secrets that they refer to. No
// message shows a secret, nor what may be one by mistake.
package secrets

import (
	"os"
	"regexp"
	"strings"
	"unicode"

	"github.com/liveness-gateway/gateway/internal/config/document"
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

// usualVariable is how variables are named; another name may be the secret itself.
var usualVariable = regexp.MustCompile(`^[A-Z][A-Z0-9_]*$`)

// shown is the reference as an error at the place shows it: without a name that may be the
// secret.
func (ref Reference) shown(place document.Value) string {
	written, _ := place.Plain()
	switch {
	case ref.Source == sourceEnv && !usualVariable.MatchString(ref.Name):
		return "the environment variable that is named here"
	case ref.Source == sourceFile && !strings.ContainsAny(written, "/."):
		return "the file that is named here"
	default:
		return ref.String()
	}
}

// Read reads v as a reference and then what it refers to. Of what v holds, only
// the name of a variable or file is ever shown: an operator may have written the
// secret itself in its place.
func Read(v document.Value) (sensitive.String, Reference) {
	if !v.Given() {
		return sensitive.String{}, Reference{}
	}
	ref, place := reference(v)
	if ref.Name == "" {
		place.Fail("%s must be {env: NAME} or {file: path}; the secret itself must not be here", v.Name)
		return sensitive.String{}, ref
	}
	secret, problem := ref.read()
	if problem != "" {
		place.Fail("%s: %s %s", v.Name, ref.shown(place), problem)
	}
	return secret, ref
}

// reference reads v as {env: NAME} or {file: path} and returns the place of the name.
// If v is neither, Name is empty and the place is that of the mistake.
func reference(v document.Value) (Reference, document.Value) {
	source, place, ok := v.Pair()
	if !ok {
		return Reference{}, v
	}
	name, ok := place.Plain()
	switch {
	case !ok || strings.ContainsFunc(name, unicode.IsControl):
	case source == sourceEnv && variableNames.MatchString(name):
		return Reference{source, name}, place
	case source == sourceFile && name != "":
		return Reference{source, v.File().Path(name)}, place
	}
	return Reference{}, v
}

// read returns the secret, or why it cannot be read. One rule holds for variables and
// files: the line break that editors and shells put at the end is not part of it, and
// anything else that is not seen in a secret is a mistake.
func (ref Reference) read() (secret sensitive.String, problem string) {
	var text string
	if ref.Source == sourceEnv {
		variable, ok := os.LookupEnv(ref.Name)
		if !ok {
			return secret, "is not set"
		}
		text = variable
	} else if text, problem = readSecretFile(ref.Name); problem != "" {
		return secret, problem
	}
	if before, ok := strings.CutSuffix(text, "\n"); ok {
		text = strings.TrimSuffix(before, "\r")
	}
	if problem := secretProblem(text); problem != "" {
		return secret, problem
	}
	return sensitive.New(text), ""
}
