package echo

import (
	"slices"
	"unicode"
	"unicode/utf8"
)

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

// repeats reports whether l has a piece of the value of at least minWeight. Of a value that
// is lighter it must have the whole, as words of their own.
func (l *letters) repeats(value *letters) bool {
	if value.weight < minWeight {
		return l.holdsWords(value)
	}
	for j, r := range value.runes {
		for i := l.latest[byte(r)]; i > 0; i = l.before[i-1] {
			if commonWeight(l.runes[i-1:], value.runes[j:], minWeight) >= minWeight {
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

func isWordByte(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9'
}

func lower(b byte) byte {
	if b >= 'A' && b <= 'Z' {
		return b + 'a' - 'A'
	}
	return b
}
