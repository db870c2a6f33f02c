// Package document reads one YAML file as a tree of values that know where they are in
// it, and gathers its mistakes. It knows no key: what the keys mean is package config's.
//
// A Value reads itself as text, a number, a mapping and so on. If it is something else it
// reports a mistake at its place and returns zero, so that the whole file is read and all
// mistakes are told at once. A value that is left out reports nothing.
//
// Anchors, aliases, merge keys, tags and several documents in one file are refused.
package document

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// File is a file and the mistakes that were found in it so far.
type File struct {
	name     string
	folder   string
	mistakes Errors
}

// Parse reads text as the file of that name, which mistakes show and from whose folder
// paths in the file start. If text is not one YAML document that is a mistake, and the
// root is not given.
func Parse(name string, text []byte) (f *File, root Value) {
	f = &File{name: name}
	root = Value{Name: "the file", file: f}
	folder, err := filepath.Abs(filepath.Dir(name))
	if err != nil {
		f.mistakes = Errors{{File: name, Message: "has no folder: " + Cause(err)}}
		return f, root
	}
	f.folder = folder
	root.node = f.parse(text)
	return f, root
}

// Err returns the mistakes by position as Errors, nil if there are none.
func (f *File) Err() error {
	if len(f.mistakes) == 0 {
		return nil
	}
	f.mistakes.sort()
	return f.mistakes
}

// Mistakes returns how many were found so far.
func (f *File) Mistakes() int { return len(f.mistakes) }

// Path returns a path that the file names, made absolute, so that it means the same wherever the
// configuration is printed to.
func (f *File) Path(name string) string {
	if filepath.IsAbs(name) {
		return filepath.Clean(name)
	}
	return filepath.Join(f.folder, name)
}

func (f *File) failAt(line, column int, format string, args ...any) {
	f.mistakes = append(f.mistakes, Error{f.name, line, column, fmt.Sprintf(format, args...)})
}

// parse returns the one YAML document of text.
func (f *File) parse(text []byte) ast.Node {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if !f.isUTF8(text) {
		return nil
	}
	file, err := parser.ParseBytes(text, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		f.syntax(err)
		return nil
	}
	if len(file.Docs) == 0 || len(file.Docs) == 1 && file.Docs[0].Body == nil {
		f.failAt(1, 1, "the file is empty")
		return nil
	}
	for _, doc := range file.Docs[1:] {
		line, column := tokenPosition(doc.Start)
		f.failAt(line, column, "the file must hold one YAML document only")
	}
	return file.Docs[0].Body
}

func (f *File) isUTF8(text []byte) bool {
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

// syntax reports the parser's error. Its messages quote the file, where a
// secret may be by mistake, so that they are cut before the quotation.
func (f *File) syntax(err error) {
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

// Cause returns what the system says of a file, without the path.
func Cause(err error) string {
	if failed, ok := errors.AsType[*fs.PathError](err); ok {
		err = failed.Err
	}
	return err.Error()
}
