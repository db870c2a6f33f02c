package alphabets

import "iter"

// NoDigit is the worth of a byte that is no digit.
const NoDigit = 0xff

// What each byte is worth as a digit.
var (
	Hex    = digits("0123456789abcdef", "0123456789ABCDEF")
	Base32 = digits("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "abcdefghijklmnopqrstuvwxyz234567")
	// Base32Hex is what RFC 4648 has beside the usual one. Any hex is made of these digits.
	Base32Hex = digits("0123456789ABCDEFGHIJKLMNOPQRSTUV", "0123456789abcdefghijklmnopqrstuv")
	Base64    = digits(
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
	)
)

func digits(alphabets ...string) (worth [256]byte) {
	for i := range worth {
		worth[i] = NoDigit
	}
	for _, alphabet := range alphabets {
		for i := range len(alphabet) {
			worth[alphabet[i]] = byte(i)
		}
	}
	return worth
}

// Runs yields the longest pieces of the text, of at least that length, that are digits alone.
func Runs[T string | []byte](text T, values *[256]byte, least int) iter.Seq[T] {
	return func(yield func(T) bool) {
		for start := 0; start < len(text); start++ {
			end := start
			for end < len(text) && values[text[end]] != NoDigit {
				end++
			}
			if end-start >= least && !yield(text[start:end]) {
				return
			}
			start = end
		}
	}
}

// AppendQuintets appends the bytes that digits of five bits each are, without bits that make no byte.
func AppendQuintets(to []byte, digits string, values *[256]byte) []byte {
	bits, n := uint(0), 0
	for i := range len(digits) {
		bits, n = bits<<5|uint(values[digits[i]]), n+5
		if n >= 8 {
			n -= 8
			to = append(to, byte(bits>>n))
		}
	}
	return to
}
