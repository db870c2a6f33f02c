package echo

import (
	"strings"
	"sync"
	"unicode/utf8"
)

const (
	// minWeight is the weight of the shortest piece that counts as a repetition: six letters
	// or digits, or two ideographs, which say more each.
	minWeight       = 6
	ideographWeight = 3
	// maxText is how many letters and digits of a text are decoded from hex and base64.
	maxText = 512
)

// InText reports whether a text may repeat one of the values, a piece of six of its letters
// or digits, or what is left of a value that is masked. Shorter values count as words alone.
// Every reading of the text is compared, forwards and backwards: percent-encoding, quoted-
// printable, HTML entities, escapes of JSON and programming languages, hex and base64, UTF-16,
// and these within one another, up to 64 of them. It is safe for concurrent use.
func InText(text string, values ...string) bool {
	return masks(text) || repeats(text, values)
}

func repeats(text string, values []string) bool {
	if len(values) == 0 {
		return false
	}
	c := comparisons.Get().(*comparison)
	defer c.release()
	c.lightest = minWeight
	for _, value := range values {
		c.add(value)
	}
	for reading := range c.readings(text) {
		c.said.read(reading)
		c.backwards.reverse(&c.said)
		c.said.index()
		c.backwards.index()
		for i := range c.values {
			if c.said.repeats(&c.values[i]) || c.backwards.repeats(&c.values[i]) {
				return true
			}
		}
	}
	return false
}

// comparison is the memory of a comparison, kept for the next one.
type comparison struct {
	said, backwards letters
	values          []letters
	// lightest is the weight of the lightest value.
	lightest int
	// digits are the text in an alphabet of encoding, room is what they decode to.
	digits, room [maxText]byte
}

var comparisons = sync.Pool{New: func() any { return new(comparison) }}

// add adds a value to compare with, unless it has no letters.
func (c *comparison) add(value string) {
	if len(c.values) < cap(c.values) {
		c.values = c.values[:len(c.values)+1]
	} else {
		c.values = append(c.values, letters{})
	}
	last := &c.values[len(c.values)-1]
	last.read(value)
	if last.weight == 0 {
		c.values = c.values[:len(c.values)-1]
		return
	}
	c.lightest = min(c.lightest, last.weight)
}

// release clears the memory, which holds what nobody else may read, for the next user.
func (c *comparison) release() {
	c.said.clear()
	c.backwards.clear()
	for i := range c.values[:cap(c.values)] {
		c.values[:cap(c.values)][i].clear()
	}
	c.values = c.values[:0]
	clear(c.digits[:])
	clear(c.room[:])
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
		atWord := isWordRune(before) || isWordRune(after)
		if strings.ContainsRune(always, mask) && (atWord || count > 1) || strings.ContainsRune(repeated, mask) && atWord && count > 2 {
			return true
		}
		before, rest = mask, behind
	}
	return false
}
