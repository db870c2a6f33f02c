// Package secrets reads what {env: NAME} and {file: path} refer to. No message shows a secret, or
// anything that may be one by mistake.
package secrets

import (
	"os"
	"regexp"
	"strings"

	"github.com/liveness-gateway/gateway/internal/config/document"
	"github.com/liveness-gateway/gateway/internal/files"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// Reference says where a secret comes from: one of its fields is set.
type Reference struct {
	// Env is the name of a variable.
	Env string `yaml:"env,omitempty"`
	// File is the path of a file.
	File string `yaml:"file,omitempty"`
}

// String returns for example "environment variable VENDOR_KEY".
func (ref Reference) String() string {
	if ref.Env != "" {
		return "environment variable " + ref.Env
	}
	return "file " + ref.File
}

// From returns the reference with its path made absolute, which starts from the file of the value.
func (ref Reference) From(at *document.Value) Reference {
	if ref.File != "" {
		ref.File = at.Path(ref.File)
	}
	return ref
}

// usualVariable is how variables are named; another name may be the secret itself.
var usualVariable = regexp.MustCompile(`^[A-Z][A-Z0-9_]*$`)

// shown is the reference as an error at the place shows it: without a name that may be the
// secret.
func (ref Reference) shown(place *document.Value) string {
	switch {
	case ref.Env != "" && !usualVariable.MatchString(ref.Env):
		return "the environment variable that is named here"
	case ref.File != "" && !strings.ContainsAny(place.Written(), "/."):
		return "the file that is named here"
	default:
		return ref.String()
	}
}

// Read reads what the value refers to. Of what it holds, only the name of a variable or file is
// ever shown: an operator may have written the secret itself in its place.
func (ref Reference) Read(at *document.Value, from *files.Reader) sensitive.String {
	place := at.At("file")
	if ref.Env != "" {
		place = at.At("env")
	}
	secret, problem := ref.read(from)
	if problem != "" {
		place.Fail("%s: %s %s", at.Name, ref.shown(place), problem)
	}
	return secret
}

// read returns the secret, or why it cannot be read. One rule holds for variables and
// files: the line break that editors and shells put at the end is not part of it, and
// anything else that is not seen in a secret is a mistake.
func (ref Reference) read(from *files.Reader) (secret sensitive.String, problem string) {
	var text string
	if ref.Env != "" {
		variable, ok := os.LookupEnv(ref.Env)
		if !ok {
			return secret, "is not set"
		}
		text = variable
	} else {
		held, err := from.Read(ref.File)
		if err != nil {
			return secret, "cannot be read: " + files.Cause(err)
		}
		text = string(held)
	}
	if before, ok := strings.CutSuffix(text, "\n"); ok {
		text = strings.TrimSuffix(before, "\r")
	}
	if problem := secretProblem(text); problem != "" {
		return secret, problem
	}
	return sensitive.New(text), ""
}
