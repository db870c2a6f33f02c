package letters

import "unicode"

// digitOf returns what a digit beyond ASCII is worth, -1 of another rune.
func digitOf(r rune) rune {
	for _, run := range digitRuns {
		if r >= run.first && r <= run.last {
			return run.worth + r - run.first
		}
	}
	if unicode.IsDigit(r) {
		for _, script := range unicode.Nd.R16 {
			if r <= rune(script.Hi) {
				return (r - rune(script.Lo)) % 10 // ten follow one another
			}
		}
		for _, script := range unicode.Nd.R32 {
			if r <= rune(script.Hi) {
				return (r - rune(script.Lo)) % 10
			}
		}
	}
	return -1
}

// digitRuns are digits that are none of a script's: raised, lowered, in circles and so on.
var digitRuns = []struct{ first, last, worth rune }{
	{'²', '³', 2},
	{'¹', '¹', 1},
	{'⁰', '⁰', 0},
	{'⁴', '⁹', 4},
	{'₀', '₉', 0},
	{'①', '⑨', 1},
	{'⑴', '⑼', 1},
	{'⒈', '⒐', 1},
	{'⓪', '⓪', 0},
	{'⓵', '⓽', 1},
	{'⓿', '⓿', 0},
	{'❶', '❾', 1},
	{'➀', '➈', 1},
	{'➊', '➒', 1},
}

// lookAlikes are small letters of Cyrillic and Greek by what they are taken for.
var lookAlikes = map[rune]rune{
	'а': 'a', 'в': 'b', 'е': 'e', 'з': '3', 'к': 'k', 'м': 'm', 'н': 'h', 'о': '0', 'р': 'p', 'с': 'c', 'т': 't',
	'у': 'y', 'х': 'x', 'ѕ': 's', 'і': '1', 'ј': 'j', 'ԁ': 'd', 'ӏ': '1',
	'α': 'a', 'β': 'b', 'ε': 'e', 'ι': '1', 'κ': 'k', 'μ': 'm', 'ν': 'v', 'ο': '0', 'ρ': 'p', 'τ': 't', 'υ': 'y', 'χ': 'x',
}
