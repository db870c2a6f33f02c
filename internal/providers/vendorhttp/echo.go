package vendorhttp

import (
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// A vendor's text may repeat what it was sent, spelt in another way or in part. It is
// compared by letters and digits alone, in every reading of the text (readings), and left
// out if it shares a piece of minEchoWeight with a sensitive value.
const (
	// minEchoWeight is the weight of the shortest piece that counts as an echo: six
	// letters or digits, or two ideographs, which say more each.
	minEchoWeight   = 6
	ideographWeight = 3
	// maxFileEcho is how much of a file is compared: its beginning.
	maxFileEcho = 64
)

// echoedInText reports whether the text may repeat a sensitive value or a part of one.
func (e *Envelope) echoedInText(text string) bool {
	return masks(text) || e.echoed(text, false, func(said, value *letters, _ bool) bool { return said.repeats(value, minEchoWeight) })
}

// echoedInCode is echoedInName for a code in the spelling of code tables.
func (e *Envelope) echoedInCode(code string) bool {
	return e.echoedInName(code) || slices.ContainsFunc(e.hidden, func(value string) bool {
		return len(value) >= minEchoWeight && strings.Contains(code, CanonicalCode(value))
	})
}

// echoedInName reports whether a request id may repeat a sensitive value, its half or its
// digits; of a short value, which any id may hold by chance, only all of it between what
// is no letter or digit.
func (e *Envelope) echoedInName(name string) bool {
	var buffer sensitive.Buffer
	heard := sensitive.Hear(&buffer, name)
	for _, value := range e.hidden {
		if len(value) < minEchoWeight {
			if isWordOf(name, value) {
				return true
			}
			continue
		}
		if heard.Echoes(value) {
			return true
		}
	}
	return false
}

// isWordOf reports whether the name has the value between what is no letter or digit.
func isWordOf(name, value string) bool {
	return slices.Contains(strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), value)
}

// echoed compares every reading of the text, forwards and backwards, with every value.
func (e *Envelope) echoed(text string, isName bool, repeats func(said, value *letters, decoded bool) bool) bool {
	if len(e.hidden)+len(e.files) == 0 {
		return false
	}
	c := comparisons.Get().(*comparison)
	defer c.release()
	c.lightest, c.isName = minEchoWeight, isName
	for _, value := range e.hidden {
		c.add(value)
	}
	for _, file := range e.files {
		c.add(beginning(file.content))
	}
	for reading := range c.readings(text) {
		c.said.read(reading)
		c.backwards.reverse(&c.said)
		c.said.index()
		c.backwards.index()
		for i := range c.values {
			decoded := reading != text
			if repeats(&c.said, &c.values[i], decoded) || repeats(&c.backwards, &c.values[i], decoded) {
				return true
			}
		}
	}
	return false
}

// comparison is the memory of a comparison, which every answer needs.
type comparison struct {
	said, backwards letters
	values          []letters
	// lightest is the weight of the lightest value.
	lightest int
	// isName says that the text is a request id or a code. Most ids are hex, which is not
	// decoded as base64 too: every successful answer has one.
	isName bool
	// digits are the text in an alphabet of encoding, room is what they decode to.
	digits, room [2 * maxTextBytes]byte
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

// beginning returns the first bytes of a file, "" if its memory was released.
func beginning(content sensitive.Bytes) string {
	if content.IsZero() || !content.Memory().Ref() {
		return ""
	}
	defer content.Memory().Free()
	first := content.Pieces()[0]
	return string(first[:min(len(first), maxFileEcho)])
}

// letters are the letters and digits of a text, in lower case.
type letters struct {
	runes []rune
	// begins and ends say of each of runes whether a word begins or ends with it.
	begins, ends []bool
	weight       int
	// latest is the place of the last rune of a kind, before the one before it; places
	// count from 1.
	latest [256]int
	before []int
}

func (l *letters) clear() {
	clear(l.runes[:cap(l.runes)])
	l.runes, l.begins, l.ends, l.weight = l.runes[:0], l.begins[:0], l.ends[:0], 0
}

// read takes the letters of a text.
func (l *letters) read(text string) {
	l.clear()
	inWord := false
	for _, r := range text {
		if r = fold(r); !isWordRune(r) {
			l.endWord()
			inWord = false
			continue
		}
		l.runes, l.begins, l.ends = append(l.runes, r), append(l.begins, !inWord), append(l.ends, false)
		l.weight += weightOf(r)
		inWord = true
	}
	l.endWord()
}

func (l *letters) endWord() {
	if n := len(l.ends); n > 0 {
		l.ends[n-1] = true
	}
}

// reverse takes the letters of another from the last to the first.
func (l *letters) reverse(other *letters) {
	l.clear()
	for i, r := range slices.Backward(other.runes) {
		l.runes, l.begins, l.ends = append(l.runes, r), append(l.begins, other.ends[i]), append(l.ends, other.begins[i])
	}
	l.weight = other.weight
}

// repeats reports whether l has a piece of the value of at least that weight. Of a value
// that is lighter it must have the whole, as words of their own.
func (l *letters) repeats(value *letters, atLeast int) bool {
	if value.weight < atLeast {
		return l.holdsWords(value)
	}
	for j, r := range value.runes {
		for i := l.latest[byte(r)]; i > 0; i = l.before[i-1] {
			if commonWeight(l.runes[i-1:], value.runes[j:], atLeast) >= atLeast {
				return true
			}
		}
	}
	return false
}

// index lists where each rune is, so that long values are compared in little time. Runes
// that end in the same byte share a list.
func (l *letters) index() {
	l.latest, l.before = [256]int{}, l.before[:0]
	for i, r := range l.runes {
		l.before = append(l.before, l.latest[byte(r)])
		l.latest[byte(r)] = i + 1
	}
}

// commonWeight returns the weight of what two texts begin with alike, at most about
// enough.
func commonWeight(a, b []rune, enough int) (weight int) {
	for i := 0; i < len(a) && i < len(b) && a[i] == b[i] && weight < enough; i++ {
		weight += weightOf(a[i])
	}
	return weight
}

// holdsWords reports whether l has the whole value, as words of its own unless it has
// ideographs, which are written without blanks.
func (l *letters) holdsWords(value *letters) bool {
	ideographs := value.weight > len(value.runes)
	last := len(value.runes) - 1
	for i := range len(l.runes) - last {
		whole := commonWeight(l.runes[i:], value.runes, value.weight) == value.weight
		if whole && (ideographs || l.begins[i] && l.ends[i+last]) {
			return true
		}
	}
	return false
}

// fold returns the rune in lower case, and a full-width one as the usual one.
func fold(r rune) rune {
	const fullWidth, lastFullWidth, difference = '！', '～', '！' - '!'
	if r >= fullWidth && r <= lastFullWidth {
		r -= difference
	}
	if r < utf8.RuneSelf {
		return rune(lower(byte(r)))
	}
	return unicode.ToLower(r)
}

// isWordRune reports whether r is a letter or digit. The replacement character is none.
func isWordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return isWordByte(byte(r))
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

func weightOf(r rune) int {
	const firstIdeograph = 'ᄀ' // of Hangul; those of Han and kana follow
	if r >= firstIdeograph && unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana) {
		return ideographWeight
	}
	return 1
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
