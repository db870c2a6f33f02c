package echo

import (
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/liveness-gateway/gateway/internal/sensitive/echo/letters"
	"github.com/liveness-gateway/gateway/internal/sensitive/echo/readings"
)

// InText reports whether a text may repeat one of the values, a piece of six of its letters
// or digits, or what is left of a value that is masked. Shorter values count as words alone.
// Every reading of the text is compared, forwards and backwards: percent-encoding, quoted-
// printable, HTML entities and tags, escapes of JSON and programming languages, numbers of
// characters, numerals, hex, base32 and base64, UTF-16, and these within one another, up to 64
// of them. Letters and digits that look alike are the same. It is safe for concurrent use.
func InText(text string, values ...string) bool {
	return masks(text) || repeats(text, values)
}

func repeats(text string, values []string) bool {
	if len(values) == 0 {
		return false
	}
	c := comparisons.Get().(*comparison)
	defer c.release()
	c.readings.Lightest = letters.MinWeight
	for _, value := range values {
		c.add(value)
	}
	for reading := range c.readings.Of(text) {
		c.said.Read(reading)
		c.backwards.Reverse(&c.said)
		c.said.Index()
		c.backwards.Index()
		for i := range c.values {
			if c.said.Repeats(&c.values[i]) || c.backwards.Repeats(&c.values[i]) {
				return true
			}
		}
	}
	return false
}

// comparison is the memory of a comparison, kept for the next one.
type comparison struct {
	said, backwards letters.Text
	values          []letters.Text
	readings        readings.Reader
}

var comparisons = sync.Pool{New: func() any { return new(comparison) }}

// add adds a value to compare with, unless it has no letters.
func (c *comparison) add(value string) {
	if len(c.values) < cap(c.values) {
		c.values = c.values[:len(c.values)+1]
	} else {
		c.values = append(c.values, letters.Text{})
	}
	last := &c.values[len(c.values)-1]
	last.Read(value)
	if last.Weight() == 0 {
		c.values = c.values[:len(c.values)-1]
		return
	}
	c.readings.Lightest = min(c.readings.Lightest, last.Weight())
}

// release clears the memory, which holds what nobody else may read, for the next user.
func (c *comparison) release() {
	c.said.Clear()
	c.backwards.Clear()
	for i := range c.values[:cap(c.values)] {
		c.values[:cap(c.values)][i].Clear()
	}
	c.values = c.values[:0]
	c.readings.Clear()
	comparisons.Put(c)
}

// masks reports whether the text masks something, as in "1101**********001X", of which
// what is left may be part of a value: an asterisk or its like at a letter or digit, or
// more than one, or three of another character that is used so.
func masks(text string) bool {
	const always, repeated = "*＊•●○◦∗✱■█▪×", "xX#_.-~?…"
	before := ' '
	for rest := text; rest != ""; {
		mask, size := utf8.DecodeRuneInString(rest)
		behind := strings.TrimLeftFunc(rest, func(r rune) bool { return r == mask })
		count := (len(rest) - len(behind)) / size
		after, _ := utf8.DecodeRuneInString(behind)
		atWord := letters.IsWord(before) || letters.IsWord(after)
		if strings.ContainsRune(always, mask) && (atWord || count > 1) || strings.ContainsRune(repeated, mask) && atWord && count > 2 {
			return true
		}
		before, rest = mask, behind
	}
	return false
}
