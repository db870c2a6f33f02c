package main

import (
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"strings"
)

// lines are those of Go that are neither blank, nor comments, nor imports.
type lines struct {
	byHand int
	// tables are lines of variables of packages that are literals, but for functions in them.
	tables int
}

func (l lines) plus(other lines) lines {
	return lines{l.byHand + other.byHand, l.tables + other.tables}
}

// kind is what a line counts as.
type kind int

const (
	nothing kind = iota
	byHand
	table
)

// source is a file of Go, and what its lines count as.
type source struct {
	files *token.FileSet
	kinds []kind
}

// count counts the lines of a file.
func count(text []byte) (counted lines, err error) {
	s := source{token.NewFileSet(), written(text)}
	parsed, err := parser.ParseFile(s.files, "", text, parser.SkipObjectResolution)
	if err != nil {
		return lines{}, err
	}
	for _, declaration := range parsed.Decls {
		if general, ok := declaration.(*ast.GenDecl); ok && general.Tok == token.IMPORT {
			s.mark(general, nothing)
		} else if ok && general.Tok == token.VAR {
			s.variables(general)
		}
	}
	for _, of := range s.kinds {
		switch of {
		case byHand:
			counted.byHand++
		case table:
			counted.tables++
		case nothing:
		}
	}
	return counted, nil
}

// variables marks the tables of a declaration, which is of them if one of its variables is.
func (s *source) variables(declaration *ast.GenDecl) {
	var others []ast.Spec
	for _, spec := range declaration.Specs {
		if values, ok := spec.(*ast.ValueSpec); !ok || len(values.Values) != 1 || !isLiteral(values.Values[0]) {
			others = append(others, spec)
		}
	}
	if len(others) == len(declaration.Specs) {
		return
	}
	s.mark(declaration, table)
	for _, spec := range others {
		s.mark(spec, byHand)
	}
	ast.Inspect(declaration, func(node ast.Node) bool {
		function, ok := node.(*ast.FuncLit)
		if ok {
			s.mark(function, byHand)
		}
		return !ok
	})
}

// isLiteral reports whether a value is a literal, or the address of one.
func isLiteral(value ast.Expr) bool {
	if address, ok := value.(*ast.UnaryExpr); ok {
		value = address.X
	}
	_, ok := value.(*ast.CompositeLit)
	return ok
}

// mark says what the lines of a node count as, of those that count.
func (s *source) mark(node ast.Node, as kind) {
	for line := s.files.Position(node.Pos()).Line; line <= s.files.Position(node.End()).Line; line++ {
		if s.kinds[line] != nothing {
			s.kinds[line] = as
		}
	}
}

// written returns the lines, counted from 1, on which there is something that is no comment.
func written(text []byte) []kind {
	kinds := make([]kind, strings.Count(string(text), "\n")+2)
	file := token.NewFileSet().AddFile("", -1, len(text))
	var tokens scanner.Scanner
	tokens.Init(file, text, nil, 0)
	for {
		position, symbol, literal := tokens.Scan()
		switch {
		case symbol == token.EOF:
			return kinds
		case symbol == token.SEMICOLON && literal == "\n": // the end of a line
		default:
			for line := range strings.Count(literal, "\n") + 1 {
				kinds[file.Line(position)+line] = byHand
			}
		}
	}
}
