package document

import (
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// The kinds of values that messages distinguish.
const (
	Nothing = "nothing" // it is not written
	Text    = "text"
	Boolean = "a boolean"
	Number  = "a number"
)

// Kind says what a value is, as messages call it.
func (v *Value) Kind() string { return kind(v.node) }

// Supported reports whether v can be a JSON value.
func (v *Value) Supported() bool {
	switch v.node.(type) {
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode:
		return false
	default:
		return true
	}
}

// kind says what a node is, as messages call it.
func kind(node ast.Node) string {
	switch node.(type) {
	case *ast.StringNode, *ast.LiteralNode:
		return Text
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		return Number
	case *ast.BoolNode:
		return Boolean
	case *ast.NullNode:
		return Nothing
	case *ast.MappingNode, *ast.MappingValueNode:
		return "a mapping"
	case *ast.SequenceNode:
		return "a list"
	case *ast.AnchorNode:
		return "an anchor, which is not supported"
	case *ast.AliasNode, *ast.MergeKeyNode:
		return "an alias, which is not supported"
	case *ast.TagNode:
		return "a tag, which is not supported"
	default:
		return "something else"
	}
}

// position is where a reader sees the node begin. A mapping in block style begins at its first key,
// although its token is the colon after that.
func position(node ast.Node) (line, column int) {
	if mapping, ok := node.(*ast.MappingNode); ok && !mapping.IsFlowStyle && len(mapping.Values) > 0 {
		node = mapping.Values[0].Key
	}
	return tokenPosition(node.GetToken())
}

func tokenPosition(t *token.Token) (line, column int) {
	if t == nil || t.Position == nil {
		return 1, 1
	}
	return t.Position.Line, t.Position.Column
}
