// Package document reads one YAML file as JSON values, knows where each of them is in the file, and
// collects mistakes. It knows no keys, and not what a value must be.
//
// Anchors, aliases, merge keys, tags and several documents in one file are not supported.
package document

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// MaxBytes is how large a file may be.
const MaxBytes = 2 << 20

// file is shared by all values of a file.
type file struct {
	name, folder string
	// mistakes are those that belong to no value; the others are with their values.
	mistakes []mistake
	// found counts all mistakes.
	found int
}

// Parse reads text as the file of that name, which mistakes show and from whose folder paths
// in the file start. Data is what the file holds, as encoding/json decodes it into any, with
// numbers as json.Number; whatever JSON has not is nil. If text is not one YAML document, that
// is a mistake and data is nil.
func Parse(name string, text []byte) (root *Value, data any) {
	f := &file{name: name}
	root = &Value{Name: "the file", file: f}
	folder, err := filepath.Abs(filepath.Dir(name))
	if err != nil {
		f.failAt(0, 0, "has no folder: %s", err)
		return root, nil
	}
	f.folder = folder
	if root.node = f.parse(text); root.node == nil {
		return root, nil
	}
	return root, root.read()
}

func (f *file) failAt(line, column int, format string, args ...any) {
	f.mistakes = append(f.mistakes, f.mistake(line, column, fmt.Sprintf(format, args...)))
}

// maxMessage bounds a message, which may quote something long that is not really a name.
const maxMessage = 1000

func (f *file) mistake(line, column int, message string) mistake {
	f.found++
	if len(message) > maxMessage {
		message = strings.ToValidUTF8(message[:maxMessage], "") + "…"
	}
	return mistake{Error{f.name, line, column, message}, f.found}
}

// parse returns the one YAML document of text.
func (f *file) parse(text []byte) ast.Node {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if len(text) > MaxBytes {
		f.failAt(1, 1, "the file has more than %d bytes", MaxBytes)
		return nil
	}
	if !f.isUTF8(text) {
		return nil
	}
	tokens := lexer.Tokenize(string(text))
	if second := secondDocument(tokens); second != nil {
		f.failAt(second.Position.Line, second.Position.Column, "the file must hold one YAML document only")
		lines := bytes.SplitAfterN(text, []byte("\n"), second.Position.Line)
		tokens = lexer.Tokenize(string(bytes.Join(lines[:second.Position.Line-1], nil)))
	}
	if at := excess(tokens); at != nil {
		f.failAt(at.Position.Line, at.Position.Column, "more values stand here, beside or within one another, than a file may have")
		return nil
	}
	parsed, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		f.syntax(err)
		return nil
	}
	if len(parsed.Docs) == 0 || len(parsed.Docs) == 1 && parsed.Docs[0].Body == nil {
		f.failAt(1, 1, "the file is empty")
		return nil
	}
	for _, doc := range parsed.Docs[1:] {
		line, column := tokenPosition(doc.Start)
		f.failAt(line, column, "the file must hold one YAML document only")
	}
	return parsed.Docs[0].Body
}

// secondDocument returns the token that begins a second document in the file.
func secondDocument(tokens token.Tokens) *token.Token {
	begun := false
	for _, t := range tokens {
		if t.Type == token.DocumentHeaderType && begun {
			return t
		}
		begun = begun || t.Type != token.CommentType && t.Type != token.DirectiveType
	}
	return nil
}

func (f *file) isUTF8(text []byte) bool {
	for before := 0; before < len(text); {
		char, size := utf8.DecodeRune(text[before:])
		if char == utf8.RuneError && size == 1 {
			line := bytes.Count(text[:before], []byte("\n")) + 1
			start := bytes.LastIndexByte(text[:before], '\n') + 1
			f.failAt(line, utf8.RuneCount(text[start:before])+1, "the file is not UTF-8 text")
			return false
		}
		before += size
	}
	return true
}

// syntax reports the parser's error. Its messages quote the file, which may hold a secret by
// mistake, so they are cut before the quotation.
func (f *file) syntax(err error) {
	line, column, message := 1, 1, "cannot be read"
	if at, ok := errors.AsType[yaml.Error](err); ok {
		line, column = tokenPosition(at.GetToken())
		message = beforeQuotation(at.GetMessage())
	}
	f.failAt(line, column, "not valid YAML: %s", message)
}

func beforeQuotation(message string) string {
	before, _, _ := strings.Cut(message, `"`)
	return strings.ReplaceAll(strings.TrimRight(before, ": "), "\t", "tab")
}
