package config

import (
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

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

// usualVariable is how variables are named; another name may be the secret itself.
var usualVariable = regexp.MustCompile(`^[A-Z][A-Z0-9_]*$`)

// shown is the reference as an error shows it, which stands at the place: without a name
// that may be the secret.
func (ref Reference) shown(place value) string {
	written, _ := place.node.(*ast.StringNode)
	switch {
	case ref.Source == sourceEnv && !usualVariable.MatchString(ref.Name):
		return "the environment variable that is named here"
	case ref.Source == sourceFile && !strings.ContainsAny(written.Value, "/."):
		return "the file that is named here"
	default:
		return ref.String()
	}
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
		r.fail(place, "%s: %s %s", v.name, ref.shown(place), problem)
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

const maxSecretBytes = 4 << 10

// readSecretFile reads a little more than the largest secret, and regular files only: a
// device or a pipe may have no end.
func readSecretFile(name string) (text, problem string) {
	info, err := os.Stat(name)
	if err != nil {
		return "", "cannot be read: " + cause(err)
	}
	if !info.Mode().IsRegular() && !info.IsDir() { // reading a directory fails by itself
		return "", "cannot be read: it is not a regular file"
	}
	file, err := os.Open(name)
	if err != nil {
		return "", "cannot be read: " + cause(err)
	}
	defer func() { _ = file.Close() }()
	content, err := io.ReadAll(io.LimitReader(file, maxSecretBytes+int64(len("\r\n"))+1))
	if err != nil {
		return "", "cannot be read: " + cause(err)
	}
	return string(content), ""
}

// secretProblem says what is wrong with a secret and where, and never shows it.
func secretProblem(text string) string {
	switch {
	case text == "":
		return "is empty"
	case len(text) > maxSecretBytes:
		return "has more than " + strconv.Itoa(maxSecretBytes) + " bytes"
	}
	for i, r := range text {
		kind := ""
		switch _, size := utf8.DecodeRuneInString(text[i:]); {
		case r == utf8.RuneError && size == 1:
			kind = "a byte that is not UTF-8"
		case r == '\n' || r == '\r':
			kind = "a line break"
		case r == byteOrderMark:
			kind = "a byte order mark"
		case r == ' ' && (strings.Trim(text[:i], " ") == "" || strings.Trim(text[i:], " ") == ""):
			kind = "a blank at an end"
		case r == ' ':
		case unicode.IsSpace(r):
			kind = "a blank other than a space"
		case !unicode.IsGraphic(r) || unicode.Is(invisible, r):
			kind = "an invisible character"
		}
		if kind != "" {
			return fmt.Sprintf("holds %s, at byte %d of %d", kind, i+1, len(text))
		}
	}
	return ""
}

const byteOrderMark = '\ufeff'

// invisible are letters, marks and symbols that show nothing; others that show nothing
// are not graphic.
var invisible = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0x034f, 0x034f, 1}, {0x115f, 0x1160, 1}, {0x17b4, 0x17b5, 1}, {0x180b, 0x180f, 1}, {0x2800, 0x2800, 1},
		{0x3164, 0x3164, 1}, {0xfe00, 0xfe0f, 1}, {0xffa0, 0xffa0, 1},
	},
	R32: []unicode.Range32{{0xe0100, 0xe01ef, 1}},
}
