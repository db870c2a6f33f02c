package document

import (
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// The kinds of a value that messages treat apart.
const (
	Nothing = "nothing" // it is not written
	Text    = "text"
	Boolean = "a boolean"
	Number  = "a number"
)

// Kind says what a value is, in the words of messages.
func (v *Value) Kind() string { return kind(v.node) }

// Supported reports whether JSON has the like of v.
func (v *Value) Supported() bool {
	switch v.node.(type) {
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode:
		return false
	default:
		return true
	}
}

// kind says what a node is, in the words of messages.
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

// position is where a reader of the file sees the node begin: a mapping in block
// style at its first key, whereas its token is the colon behind that.
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
