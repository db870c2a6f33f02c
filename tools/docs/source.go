package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// source is the Go files of one folder, tests left out.
type source struct {
	files *token.FileSet
	trees []*ast.File
}

func parse(folder string) (*source, error) {
	paths, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		return nil, err
	}
	s := &source{files: token.NewFileSet()}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		tree, err := parser.ParseFile(s.files, filepath.Base(path), text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, fmt.Errorf("parse %s: %w", path, err)
		}
		s.trees = append(s.trees, tree)
	}
	return s, nil
}

// position is a file and a line of a folder, as GitHub links to it: "errors.go#L38".
func (s *source) position(node ast.Node) string {
	p := s.files.Position(node.Pos())
	return fmt.Sprintf("%s#L%d", p.Filename, p.Line)
}

// codeRows returns where the rows of the folder's error tables stand, by code.
func (s *source) codeRows() map[string]string {
	constants := s.constants()
	rows := make(map[string]string)
	for node := range s.nodes {
		table, ok := node.(*ast.CompositeLit)
		if !ok || !isCodeTable(table.Type) {
			continue
		}
		for _, row := range table.Elts {
			rows[text(fieldOf(row, "Code"), constants)] = s.position(row)
		}
	}
	return rows
}

// isCodeTable reports whether an expression is the type providers.CodeTable.
func isCodeTable(expression ast.Expr) bool {
	selector, ok := expression.(*ast.SelectorExpr)
	return ok && selector.Sel.Name == "CodeTable"
}

// fieldOf returns what a struct literal sets a field to, nil if it does not.
func fieldOf(literal ast.Expr, name string) ast.Expr {
	row, ok := literal.(*ast.CompositeLit)
	if !ok {
		return nil
	}
	for _, element := range row.Elts {
		pair, ok := element.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		if key, ok := pair.Key.(*ast.Ident); ok && key.Name == name {
			return pair.Value
		}
	}
	return nil
}

// constants returns the folder's constants of text, by name.
func (s *source) constants() map[string]string {
	found := make(map[string]string)
	for node := range s.nodes {
		if spec, ok := node.(*ast.ValueSpec); ok {
			for i, value := range spec.Values {
				found[spec.Names[i].Name] = text(value, found)
			}
		}
	}
	return found
}

// text returns what an expression of literals and constants says, "" if it is
// anything else.
func text(expression ast.Expr, constants map[string]string) string {
	switch e := expression.(type) {
	case *ast.BasicLit:
		t, _ := strconv.Unquote(e.Value) // fails on numbers alone
		return t
	case *ast.Ident:
		return constants[e.Name]
	case *ast.BinaryExpr:
		return text(e.X, constants) + text(e.Y, constants)
	default:
		return ""
	}
}

// comments returns the comment above each constant of the folder, in one line, by
// name.
func (s *source) comments() map[string]string {
	found := make(map[string]string)
	for node := range s.nodes {
		if spec, ok := node.(*ast.ValueSpec); ok {
			found[spec.Names[0].Name] = strings.Join(strings.Fields(spec.Doc.Text()), " ")
		}
	}
	return found
}

// nodes yields every node of every file.
func (s *source) nodes(yield func(ast.Node) bool) {
	for _, tree := range s.trees {
		for node := range ast.Preorder(tree) {
			if !yield(node) {
				return
			}
		}
	}
}
