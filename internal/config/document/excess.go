package document

import "github.com/goccy/go-yaml/token"

// The library's time grows with the square of these: how deep values are nested in brackets or on
// one line, and how many a mapping or list has.
const (
	maxBrackets = 32
	maxOnLine   = 16
	maxSiblings = 12000
)

// counter counts how deep and how many values are.
type counter struct {
	line, onLine int
	// columns are those at which lines begin, each within the one before; siblings are how many
	// begin there. commas are the same for brackets.
	columns, siblings, commas []int
}

// excess returns the token at which there are more than the library reads quickly.
func excess(tokens token.Tokens) *token.Token {
	var c counter
	for _, t := range tokens {
		if t.Type != token.CommentType && c.add(t) {
			return t
		}
	}
	return nil
}

func (c *counter) add(t *token.Token) (tooMany bool) {
	switch t.Type {
	case token.SequenceStartType, token.MappingStartType:
		c.commas = append(c.commas, 0)
	case token.SequenceEndType, token.MappingEndType:
		c.commas = c.commas[:max(0, len(c.commas)-1)]
	default:
	}
	if depth := len(c.commas); depth > 0 {
		if t.Type == token.CollectEntryType {
			c.commas[depth-1]++
		}
		return depth > maxBrackets || c.commas[depth-1] > maxSiblings
	}
	return c.addBlock(t)
}

// addBlock counts what is in block style.
func (c *counter) addBlock(t *token.Token) (tooMany bool) {
	if t.Position.Line != c.line {
		c.line, c.onLine = t.Position.Line, 0
		last := len(c.columns)
		for last > 0 && c.columns[last-1] > t.Position.Column {
			last--
		}
		c.columns, c.siblings = c.columns[:last], c.siblings[:last]
		if last == 0 || c.columns[last-1] < t.Position.Column {
			c.columns, c.siblings = append(c.columns, t.Position.Column), append(c.siblings, 0)
		}
		c.siblings[len(c.siblings)-1]++
	}
	switch t.Type {
	case token.SequenceEntryType, token.MappingKeyType, token.MappingValueType, token.AnchorType, token.AliasType, token.TagType:
		c.onLine++
	default:
	}
	return c.onLine > maxOnLine || c.siblings[len(c.siblings)-1] > maxSiblings
}
