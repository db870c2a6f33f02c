package readings

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"html"
	"iter"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/liveness-gateway/gateway/internal/sensitive/echo/alphabets"
	"github.com/liveness-gateway/gateway/internal/sensitive/echo/letters"
)

const (
	// maxReadings bounds in how many ways a text is read, and its readings again.
	maxReadings = 64
	// minEncoded is the length of the shortest text that is taken for an encoded one: two
	// ideographs as UTF-16 in base64, or one as UTF-8 in hex.
	minEncoded = 6
	// leastBase32 is the length of six bytes in base32.
	leastBase32 = (6*8 + 4) / 5
	// maxText is how many letters and digits of a text are decoded from hex, base32 and base64.
	maxText = 512
)

// Reader reads texts, one at a time. The zero value is ready for use.
type Reader struct {
	// Lightest is the weight of the lightest value that is looked for.
	Lightest int
	// digits are the text in an alphabet of encoding, room is what they decode to.
	digits, room [maxText]byte
}

// Clear overwrites what was read.
func (r *Reader) Clear() {
	clear(r.digits[:])
	clear(r.room[:])
}

// Of yields the text and what it may be an encoding of: percent-encoding, quoted-
// printable, HTML entities and tags, escapes of JSON and programming languages, numbers of
// characters, numerals, hex, base32 and base64, and these within one another.
func (r *Reader) Of(text string) iter.Seq[string] {
	return func(yield func(string) bool) { r.each(text, yield) }
}

// each is apart from Of, whose caller would else allocate what has its place on the stack here.
func (r *Reader) each(text string, yield func(string) bool) {
	if !yield(text) {
		return
	}
	all := append(make([]string, 0, 4), text)
	for i := 0; i < len(all) && len(all) < maxReadings; i++ {
		for reading := range r.decodings(all[i]) {
			if slices.Contains(all, reading) {
				continue
			}
			if !yield(reading) {
				return
			}
			all = append(all, reading)
		}
	}
}

// decodings yields what the text may be an encoding of.
func (r *Reader) decodings(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		if strings.ContainsAny(text, `%=&\+`) {
			for _, decoded := range []string{
				unescapeBytes(text, '%'), unescapeBytes(text, '='), html.UnescapeString(text), unescapeRunes(text),
			} {
				if !yield(decoded) {
					return
				}
			}
		}
		for _, decoded := range []string{fromNumbers(text), fromNumerals(text), withoutTags(text)} {
			if decoded != text && !yield(decoded) {
				return
			}
		}
		for encoded := range r.encodings(text) {
			if r.mayBeText(encoded) && !yield(string(encoded)) {
				return
			}
			// What stands before it may take an odd number of bytes.
			for _, units := range [][]byte{encoded, encoded[min(1, len(encoded)):]} {
				for _, high := range []int{0, 1} {
					if isMostlyUTF16(units, high) && !yield(FromUTF16(units, high)) {
						return
					}
				}
			}
		}
	}
}

// mayBeText reports whether decoded bytes may hold one of the values: a heavy one
// anywhere, a light one if all of them are text. Most bytes that were not encoded text
// decode to neither.
func (r *Reader) mayBeText(content []byte) bool {
	heaviest := textWeight(content)
	return heaviest >= letters.MinWeight || heaviest >= r.Lightest && isPrintable(content)
}

func isPrintable(content []byte) bool {
	return utf8.Valid(content) && bytes.IndexFunc(content, func(r rune) bool { return !unicode.IsPrint(r) }) < 0
}

// textWeight returns the weight of the heaviest printable piece of UTF-8. That of random
// bytes is seldom more than a few letters.
func textWeight(content []byte) (heaviest int) {
	weight := 0
	for i := 0; i < len(content); {
		r, size := rune(content[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRune(content[i:])
		}
		i += size
		switch {
		case letters.IsWord(r):
			weight += letters.Weight(r)
			heaviest = max(heaviest, weight)
		case r == utf8.RuneError || !unicode.IsPrint(r):
			weight = 0
		}
	}
	return heaviest
}

// isMostlyUTF16 reports whether seven of eight pairs of bytes are letters of UTF-16, of
// which the first byte is the high one if high is 0.
func isMostlyUTF16(content []byte, high int) bool {
	// High bytes: of alphabets from Latin to Arabic, and of ideographs.
	const lastAlphabet, kana, firstHan, lastHan, firstHangul, lastHangul = 0x06, 0x30, 0x4e, 0x9f, 0xac, 0xd7
	usual := 0
	for i := 0; i+1 < len(content); i += 2 {
		h, l := content[i+high], content[i+1-high]
		if h == 0 && l >= ' ' || h > 0 && h <= lastAlphabet || h == kana || h >= firstHan && h <= lastHan ||
			h >= firstHangul && h <= lastHangul {
			usual++
		}
	}
	return usual > 1 && 8*usual >= 7*(len(content)/2)
}

// withoutTags leaves out what stands in angle brackets.
func withoutTags(text string) string {
	if !strings.Contains(text, "<") {
		return text
	}
	var all strings.Builder
	for {
		before, tag, found := strings.Cut(text, "<")
		_, behind, closed := strings.Cut(tag, ">")
		if !found || !closed {
			all.WriteString(text)
			return all.String()
		}
		all.WriteString(before)
		text = behind
	}
}

// unescapeBytes decodes a mark with two hex digits behind it, wherever there is one.
func unescapeBytes(text string, mark byte) string {
	var all strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == mark && i+2 < len(text) {
			if b, err := strconv.ParseUint(text[i+1:i+3], 16, 8); err == nil {
				all.WriteByte(byte(b))
				i += 2
				continue
			}
		}
		all.WriteByte(text[i])
	}
	return all.String()
}

// escapes are what a code point or a byte is written with, in hex, and the number of
// digits that follow.
var escapes = []struct {
	mark        string
	least, most int
	bytes       bool
}{
	{`\u{`, 1, 6, false},
	{`\u`, 4, 4, false},
	{`\U`, 8, 8, false},
	{`\x`, 2, 2, true},
	{`%u`, 4, 4, false},
	{`U+`, 4, 6, false},
	{`u+`, 4, 6, false},
}

// unescapeRunes decodes the escapes of JSON and programming languages.
func unescapeRunes(text string) string {
	var all []byte
	var units []uint16 // of UTF-16, whose characters may take two escapes
	flush := func() {
		all = append(all, string(utf16.Decode(units))...)
		units = units[:0]
	}
next:
	for text != "" {
		if b, ok := octalByte(text); ok {
			flush()
			all = append(all, b)
			text = text[len(`\000`):]
			continue
		}
		for _, e := range escapes {
			rest, ok := strings.CutPrefix(text, e.mark)
			digits := len(rest) - len(strings.TrimLeft(rest, "0123456789abcdefABCDEF"))
			if digits = min(digits, e.most); !ok || digits < e.least {
				continue
			}
			n, _ := strconv.ParseUint(rest[:digits], 16, 32) // of at most eight digits
			text = rest[digits:]
			switch {
			case e.bytes:
				flush()
				all = append(all, byte(n))
			case n <= 0xffff:
				units = append(units, uint16(n))
			default:
				flush()
				all = utf8.AppendRune(all, rune(min(n, unicode.MaxRune+1)))
			}
			continue next
		}
		if len(units) > 0 && (text[0] == '}' || text[0] == ' ') { // between two escapes
			text = text[1:]
			continue
		}
		flush()
		all = append(all, text[0])
		text = text[1:]
	}
	flush()
	return string(all)
}

// octalByte returns the byte whose escape in octal a text begins with.
func octalByte(text string) (b byte, ok bool) {
	if len(text) < len(`\000`) || text[0] != '\\' {
		return 0, false
	}
	n, err := strconv.ParseUint(text[1:len(`\000`)], 8, 8)
	return byte(n), err == nil
}

// encodings yields the bytes of which hex, base32 or base64 may stand in the text. The next
// ones overwrite them.
func (r *Reader) encodings(text string) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		if !r.base32(text, &alphabets.Base32, yield) || !r.base32(text, &alphabets.Base32Hex, yield) {
			return
		}
		for run := range alphabets.Runs(hexDigits(r.digits[:0], text), &alphabets.Hex, minEncoded) {
			for offset := 0; offset < 2 && len(run)-offset >= minEncoded; offset++ {
				n, _ := hex.Decode(r.room[:], run[offset:len(run)-(len(run)-offset)%2])
				if !yield(r.room[:n]) {
					return
				}
			}
		}
		for _, blanks := range []bool{true, false} {
			for run := range alphabets.Runs(base64Digits(r.digits[:0], text, blanks), &alphabets.Base64, minEncoded) {
				for offset := 0; offset < 4 && len(run)-offset >= minEncoded; offset++ {
					group := run[offset:]
					if len(group)%4 == 1 { // the last character has only six bits
						group = group[:len(group)-1]
					}
					n, _ := base64.RawStdEncoding.Decode(r.room[:], group)
					if !yield(r.room[:n]) {
						return
					}
				}
			}
			if strings.IndexFunc(text, unicode.IsSpace) < 0 {
				return
			}
		}
	}
}

// base32 yields the bytes of which base32 may stand in the text, and reports whether to go on.
func (r *Reader) base32(text string, alphabet *[256]byte, yield func([]byte) bool) bool {
	for run := range alphabets.Runs(text[:min(len(text), maxText)], alphabet, leastBase32) {
		for offset := range min(8, len(run)-leastBase32+1) {
			if !yield(alphabets.AppendQuintets(r.room[:0], run[offset:], alphabet)) {
				return false
			}
		}
	}
	return true
}

// hexDigits appends the letters and digits of the text, without what marks hex.
func hexDigits(digits []byte, text string) []byte {
	for i := 0; i < len(text) && len(digits) < cap(digits); i++ {
		if i+1 < len(text) && (text[i] == '0' || text[i] == '\\') && text[i+1] == 'x' {
			i++
			continue
		}
		if letters.IsWordByte(text[i]) {
			digits = append(digits, text[i])
		}
	}
	return digits
}

// base64Digits appends the text in the standard alphabet of base64, with or without its
// blanks.
func base64Digits(digits []byte, text string, blanks bool) []byte {
	for i := 0; i < len(text) && len(digits) < cap(digits); i++ {
		switch b := text[i]; {
		case b == '-':
			digits = append(digits, '+')
		case b == '_':
			digits = append(digits, '/')
		case blanks || b != ' ' && b != '\n' && b != '\r' && b != '\t':
			digits = append(digits, b)
		}
	}
	return digits
}

// FromUTF16 reads bytes as UTF-16, of which the first byte of two is the high one if high
// is 0, "" if that makes no text.
func FromUTF16(content []byte, high int) string {
	units := make([]uint16, 0, len(content)/2)
	for pair := range slices.Chunk(content, 2) {
		if len(pair) == 2 {
			units = append(units, uint16(pair[high])<<8|uint16(pair[1-high]))
		}
	}
	return string(utf16.Decode(units))
}
