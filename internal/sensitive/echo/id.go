package echo

import (
	"bytes"
	"slices"
	"sync"
	"unicode/utf8"

	"github.com/liveness-gateway/gateway/internal/sensitive/echo/letters"
)

const (
	// leastPiece is how many bytes of a value are told from chance: a half or the digits
	// of a short value are not.
	leastPiece = 6
	// maxPieces bounds how many pieces of a value are looked for.
	maxPieces = 64
	// usualReadings is enough for the readings of an id as every call has one, which then costs
	// no allocation.
	usualReadings = 1024
	usualValue    = 256
	// between stands between readings, and in no text that is UTF-8.
	between = 0xff
)

// ID is an id that somebody else wrote, read in every way in which it may hold a value.
// Reading the id once costs less than spelling each value.
type ID struct {
	text string
	// seen are the groups of bytes in the readings.
	seen groups
	// written says that the readings are.
	written  bool
	readings []byte
}

// ids are those that nobody reads.
var ids = sync.Pool{New: func() any { return &ID{readings: make([]byte, 0, usualReadings)} }}

// ReadID reads the id, which must be released. Of most ids, which encode no text, the groups
// say enough, and the readings are not written down.
func ReadID(text string) *ID {
	id := ids.Get().(*ID)
	id.text, id.seen, id.written = text, groups{}, false
	if decoded := appendDecoded(id.readings[:0], text); len(decoded) > 0 || !id.seen.addID(text) {
		id.seen.add(id.all())
	}
	return id
}

// Release gives the memory of the id back: the id must not be used afterwards.
func (id *ID) Release() {
	if cap(id.readings) > usualReadings {
		return
	}
	clear(id.readings)
	id.text = ""
	ids.Put(id)
}

// appendDecoded appends what text the id may encode.
func appendDecoded(to []byte, id string) []byte {
	has := kindsOf(id)
	if has&(isEscape|isWide) != 0 {
		to = appendEscaped(to, id)
	}
	to = appendHexadecimal(to, id)
	if has&isBase64 != 0 { // numbers and UUIDs have none, and no text is without in base64 or base32
		to = appendBase32(to, id)
		to = appendBase64(to, id)
	}
	return to
}

// all returns the readings: the id, what it encodes, their letters and digits, and the id and
// those backwards.
func (id *ID) all() []byte {
	if id.written {
		return id.readings
	}
	all := append(appendSmall(id.readings[:0], id.text), between)
	decoded := len(all)
	all = appendDecoded(all, id.text)
	all = appendSmall(all[:decoded], all[decoded:]) // in their place
	bare := len(all)
	all = append(appendOnly(all, all[:bare], isWord), between)
	all = append(appendBackwards(all, all[:len(id.text)]), between)
	id.readings = append(appendBackwards(all, all[bare:len(all)-len(id.text)-2]), between)
	id.written = true
	return id.readings
}

// Repeats reports whether the id holds the value, its half or a piece of it with a digit, as
// URLs have them for what is about a user, in any spelling that a server may make of what
// it was sent: letters of either case, base64, hexadecimal, the escapes of URLs, JSON, HTML
// and mails, UTF-16, backwards, with something between each two characters, or its digits
// alone. A value of fewer than six bytes may be in any id by chance: it counts as a whole word of one
// of them.
func (id *ID) Repeats(value string) bool {
	if value == "" {
		return false
	}
	var buffer, second [usualValue]byte
	whole := appendSmall(buffer[:0], value)
	if len(whole) < leastPiece {
		return slices.ContainsFunc(bytes.FieldsFunc(id.all(), isNoWord), func(word []byte) bool { return bytes.Equal(word, whole) })
	}
	if id.holds(whole, second[:0]) {
		return true
	}
	plain := appendOnly(second[:0], whole, isWord)
	if len(plain) == len(whole) {
		return false // it is one piece
	}
	if id.holdsHalf(plain) {
		return true
	}
	start, hasDigit := 0, false
	for i, pieces := 0, 0; i <= len(whole) && pieces < maxPieces; i++ {
		if i < len(whole) && kinds[whole[i]]&isWord != 0 {
			hasDigit = hasDigit || kinds[whole[i]]&isDigit != 0
			continue
		}
		if hasDigit {
			pieces++
			if id.holds(whole[start:i], second[:0]) {
				return true
			}
		}
		start, hasDigit = i+1, false
	}
	return false
}

func isNoWord(r rune) bool { return !letters.IsWord(r) }

// holds reports whether the readings hold a value in small letters, half of it, or its digits.
// The buffer is for what is made of it.
func (id *ID) holds(value, buffer []byte) bool {
	if id.holdsHalf(value) {
		return true
	}
	// Base64 that is cut out of more has lost its ends.
	if len(value) > leastPiece+4 && id.contains(value[2:len(value)-2]) {
		return true
	}
	return id.contains(appendOnly(buffer, value, isDigit))
}

// holdsHalf reports whether the readings hold the value or half of it.
func (id *ID) holdsHalf(value []byte) bool {
	half := len(value) / 2
	return id.contains(value) || id.contains(value[:half]) || id.contains(value[half:])
}

func (id *ID) contains(part []byte) bool {
	return len(part) >= leastPiece && id.seen.mayHold(part) && bytes.Contains(id.all(), part)
}

func appendBackwards(to, text []byte) []byte {
	for end := len(text); end > 0; {
		if b := text[end-1]; b < utf8.RuneSelf {
			to = append(to, b)
			end--
			continue
		}
		_, size := utf8.DecodeLastRune(text[:end])
		to = append(to, text[end-size:end]...)
		end -= size
	}
	return to
}
