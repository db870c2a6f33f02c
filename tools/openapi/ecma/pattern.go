package ecma

import (
	"fmt"
	"math"
	"regexp"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// onlyRE2 is what RE2 knows and ECMA-262, whose expressions JSON Schema has, does not, or knows
// otherwise.
var onlyRE2 = regexp.MustCompile(`\(\?|\\[^-.^$|/?*+()\[\]{}\\dwDW]|\[\[:`)

// Pattern returns an expression of RE2 as ECMA-262 has it, and Java, Python and .NET.
func Pattern(re2 string) (string, error) {
	parsed, err := syntax.Parse(re2, syntax.Perl)
	if err != nil {
		return "", err
	}
	if !onlyRE2.MatchString(re2) && !hasDot(parsed) {
		return re2, nil
	}
	return translate(parsed)
}

// hasDot reports whether there is a dot, which leaves out more line breaks in ECMA-262.
func hasDot(parsed *syntax.Regexp) bool {
	return parsed.Op == syntax.OpAnyCharNotNL || slices.ContainsFunc(parsed.Sub, hasDot)
}

// Without returns the expression of the texts in which nothing matches, "" if the
// expression is not one character. It does not refuse characters beyond U+FFFF: dialects
// spell them differently, and Prism cannot put them into a header.
func Without(re2 string) (string, error) {
	parsed, err := syntax.Parse(re2, syntax.Perl)
	if err != nil {
		return "", err
	}
	if parsed.Op != syntax.OpCharClass {
		return "", nil
	}
	var short []rune
	for i := 0; i < len(parsed.Rune) && parsed.Rune[i] <= math.MaxUint16; i += 2 {
		short = append(short, parsed.Rune[i], min(parsed.Rune[i+1], math.MaxUint16))
	}
	return "^[^" + ranges(short) + "]*$", nil
}

func translate(parsed *syntax.Regexp) (string, error) {
	var below []string
	for _, sub := range parsed.Sub {
		text, err := translate(sub)
		if err != nil {
			return "", err
		}
		below = append(below, text)
	}
	switch parsed.Op {
	case syntax.OpEmptyMatch:
		return "", nil
	case syntax.OpLiteral:
		return literal(parsed.Rune, parsed.Flags&syntax.FoldCase != 0), nil
	case syntax.OpCharClass:
		return "[" + ranges(parsed.Rune) + "]", nil
	case syntax.OpAnyCharNotNL:
		return `[^\n]`, nil
	case syntax.OpBeginText:
		return "^", nil
	case syntax.OpEndText:
		return "$", nil
	case syntax.OpConcat:
		return strings.Join(below, ""), nil
	case syntax.OpAlternate, syntax.OpCapture:
		return "(?:" + strings.Join(below, "|") + ")", nil
	case syntax.OpStar, syntax.OpPlus, syntax.OpQuest, syntax.OpRepeat:
		return repetition(parsed, below[0]), nil
	default:
		return "", fmt.Errorf("the pattern has %s, which has no form in ECMA-262 yet", parsed.Op)
	}
}

func repetition(parsed *syntax.Regexp, below string) string {
	if op := parsed.Sub[0].Op; op == syntax.OpLiteral && len(parsed.Sub[0].Rune) > 1 || op == syntax.OpConcat {
		below = "(?:" + below + ")"
	}
	times := map[syntax.Op]string{syntax.OpStar: "*", syntax.OpPlus: "+", syntax.OpQuest: "?"}[parsed.Op]
	if parsed.Op == syntax.OpRepeat {
		times = "{" + strconv.Itoa(parsed.Min)
		if parsed.Max != parsed.Min {
			times += ","
		}
		if parsed.Max > parsed.Min {
			times += strconv.Itoa(parsed.Max)
		}
		times += "}"
	}
	return below + times
}

// literal is text, in either case if the case is to be folded.
func literal(text []rune, fold bool) string {
	var b strings.Builder
	for _, r := range text {
		if !fold || unicode.SimpleFold(r) == r {
			b.WriteString(character(r, `^$\.*+?()[]{}|/`))
			continue
		}
		b.WriteByte('[')
		for next := r; ; {
			b.WriteString(character(next, `\[]^-`))
			if next = unicode.SimpleFold(next); next == r {
				break
			}
		}
		b.WriteByte(']')
	}
	return b.String()
}

// ranges is the inside of a class: pairs of the first and the last character.
func ranges(pairs []rune) string {
	var b strings.Builder
	for i := 0; i < len(pairs); i += 2 {
		first, last := pairs[i], pairs[i+1]
		b.WriteString(character(first, `\[]^-`))
		if last > first {
			if last > first+1 {
				b.WriteByte('-')
			}
			b.WriteString(character(last, `\[]^-`))
		}
	}
	return b.String()
}

// character writes one that is seen as it is, and others by their number as far as
// all dialects spell that alike.
func character(r rune, special string) string {
	switch {
	case strings.ContainsRune(special, r):
		return `\` + string(r)
	case unicode.IsPrint(r) && r < unicode.MaxLatin1 || r > math.MaxUint16:
		return string(r)
	default:
		return fmt.Sprintf(`\u%04x`, r)
	}
}

// Digits returns the expression of the whole numbers from least to most, without leading zeros.
func Digits(least, most int64) string {
	var alternatives []string
	for from := least; from <= most; {
		to := lastAlike(from, most)
		alternatives = append(alternatives, alike(strconv.FormatInt(from, 10), strconv.FormatInt(to, 10)))
		from = to + 1
	}
	return "(?:" + strings.Join(alternatives, "|") + ")"
}

// lastAlike returns the greatest number up to most that differs from the first in one digit, and
// behind it goes from all zeros to all nines.
func lastAlike(from, most int64) int64 {
	last := from
	for power := int64(1); ; power *= 10 {
		if power > 1 && from%power != 0 {
			return last
		}
		// All of from's length that begin alike, up to a nine at the power's place.
		next := from - from%(power*10) + power*10 - 1
		if next > most {
			// As many whole steps of the power as there is room for.
			if steps := (most + 1 - from) / power; steps > 0 {
				return from + steps*power - 1
			}
			return last
		}
		last = next
		if len(strconv.FormatInt(from, 10)) == len(strconv.FormatInt(power, 10)) {
			return last
		}
	}
}

// alike is the expression of the numbers between two of one length, whose digits are the same,
// then of a range, then any.
func alike(from, to string) string {
	var b strings.Builder
	free := 0
	for i := range from {
		switch {
		case from[i] == '0' && to[i] == '9':
			free++
		case from[i] == to[i]:
			b.WriteByte(from[i])
		default:
			fmt.Fprintf(&b, "[%c-%c]", from[i], to[i])
		}
	}
	switch {
	case free == 1:
		b.WriteString("[0-9]")
	case free > 1:
		fmt.Fprintf(&b, "[0-9]{%d}", free)
	}
	return b.String()
}
