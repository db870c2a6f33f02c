package letters

import (
	"cmp"
	"slices"
	"unicode"
	"unicode/utf8"
)

const (
	// MinWeight is the weight of the shortest piece that counts as a repetition: six letters
	// or digits, or two ideographs, which say more each.
	MinWeight       = 6
	ideographWeight = 3
)

// Text is the letters and digits of a text, in lower case.
type Text struct {
	runes []rune
	// begins and ends say of each of runes whether a word begins or ends with it.
	begins, ends []bool
	weight       int
	// latest is the place of the last rune of a kind, before the one before it; places
	// count from 1.
	latest [256]int
	before []int
}

// Clear overwrites the letters, and keeps the memory.
func (l *Text) Clear() {
	clear(l.runes[:cap(l.runes)])
	l.runes, l.begins, l.ends, l.weight = l.runes[:0], l.begins[:0], l.ends[:0], 0
}

// Read takes the letters of a text.
func (l *Text) Read(text string) {
	l.Clear()
	inWord := false
	for _, r := range text {
		if r = fold(r); !IsWord(r) {
			l.endWord()
			inWord = false
			continue
		}
		l.runes, l.begins, l.ends = append(l.runes, r), append(l.begins, !inWord), append(l.ends, false)
		l.weight += Weight(r)
		inWord = true
	}
	l.endWord()
}

// Weight returns the weight of all letters and digits.
func (l *Text) Weight() int { return l.weight }

func (l *Text) endWord() {
	if n := len(l.ends); n > 0 {
		l.ends[n-1] = true
	}
}

// Reverse takes the letters of another from the last to the first.
func (l *Text) Reverse(other *Text) {
	l.Clear()
	for i, r := range slices.Backward(other.runes) {
		l.runes, l.begins, l.ends = append(l.runes, r), append(l.begins, other.ends[i]), append(l.ends, other.begins[i])
	}
	l.weight = other.weight
}

// Repeats reports whether l has a piece of the value of at least MinWeight. Of a value that
// is lighter it must have the whole, as words of their own.
func (l *Text) Repeats(value *Text) bool {
	if value.weight < MinWeight {
		return l.holdsWords(value)
	}
	for j, r := range value.runes {
		for i := l.latest[byte(r)]; i > 0; i = l.before[i-1] {
			if commonWeight(l.runes[i-1:], value.runes[j:], MinWeight) >= MinWeight {
				return true
			}
		}
	}
	return false
}

// Index lists where each rune is, so that long values are compared in little time; Repeats needs
// it. Runes that end in the same byte share a list.
func (l *Text) Index() {
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
		weight += Weight(a[i])
	}
	return weight
}

// holdsWords reports whether l has the whole value, as words of its own unless it has
// ideographs, which are written without blanks.
func (l *Text) holdsWords(value *Text) bool {
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

// fold returns the rune in lower case, a full-width one as the usual one, digits of any script as
// those of ASCII, and letters that look alike, or like a digit, as the same one.
func fold(r rune) rune {
	const fullWidth, lastFullWidth, difference = '！', '～', '！' - '!'
	if r >= fullWidth && r <= lastFullWidth {
		r -= difference
	}
	if r >= utf8.RuneSelf {
		if digit := digitOf(r); digit >= 0 {
			return '0' + digit
		}
		if r = unicode.ToLower(r); r >= utf8.RuneSelf {
			return cmp.Or(lookAlikes[r], r)
		}
	}
	switch b := Lower(byte(r)); b {
	case 'o':
		return '0'
	case 'i', 'l':
		return '1'
	default:
		return rune(b)
	}
}

// IsWord reports whether r is a letter or digit. The replacement character is none.
func IsWord(r rune) bool {
	if r < utf8.RuneSelf {
		return IsWordByte(byte(r))
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

// Weight returns the weight of a letter or digit, 1 but for ideographs.
func Weight(r rune) int {
	const firstIdeograph = 'ᄀ' // of Hangul; those of Han and kana follow
	if r >= firstIdeograph && unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana) {
		return ideographWeight
	}
	return 1
}

// IsWordByte reports whether b is a letter or digit of ASCII.
func IsWordByte(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9'
}

// Lower returns a capital of ASCII as the small letter, and any other byte as it is.
func Lower(b byte) byte {
	if b >= 'A' && b <= 'Z' {
		return b + 'a' - 'A'
	}
	return b
}
