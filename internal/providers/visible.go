package providers

import "unicode"

// Visible returns a blank for a character that a terminal would obey or not show: one that is a
// control, bidi, invisible or the end of a line. Taken out of a secret, it would leave the secret.
func Visible(r rune) rune {
	if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) {
		return ' '
	}
	return r
}
