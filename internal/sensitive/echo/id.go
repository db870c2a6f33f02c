package echo

import (
	"bytes"
	"unicode/utf8"
)

const (
	// leastPiece is how many bytes of a value are told from chance: a half or the digits
	// of a short value are not.
	leastPiece = 6
	// maxPieces bounds how many pieces of a value are looked for.
	maxPieces = 64
	// usualViews is enough for the views of an id as every call has one, which then costs no
	// allocation.
	usualViews = 1024
	usualValue = 256
	// between stands between views, and in no text that is UTF-8.
	between = 0xff
)

// ID is an id that somebody else wrote, read in every way in which it may hold a value.
// Reading the id once costs less than spelling each value.
type ID struct {
	views []byte
	// seen are the groups of bytes in the views.
	seen *groups
}

// Room is where an id that is no longer than usual is read without an allocation.
type Room struct {
	views [usualViews]byte
	seen  groups
}

// ReadID reads the id into the room, which is used once.
func ReadID(room *Room, id string) ID {
	views := append(appendSmall(room.views[:0], []byte(id), false), between)
	decoded := len(views)
	views = appendEscaped(views, id)
	views = appendHexadecimal(views, id)
	views = appendBase64(views, id)
	small(views[decoded:])
	bare := len(views)
	views = append(appendSmall(views, views[:bare], true), between)
	views = append(appendBackwards(views, views[:len(id)]), between)
	views = append(appendBackwards(views, views[bare:len(views)-len(id)-2]), between)
	room.seen.add(views)
	return ID{views, &room.seen}
}

// Repeats reports whether the id holds the value, its half or a piece of it with a digit, as
// URLs have them for what is about a user, in any spelling that a server may make of what
// it was sent: letters of either case, base64, hexadecimal, the escapes of URLs, JSON, HTML
// and mails, UTF-16, backwards, with something between each two characters, or its digits
// alone. Of a value of fewer than six bytes it must hold all.
func (id ID) Repeats(value string) bool {
	if value == "" {
		return false
	}
	var buffer, second [usualValue]byte
	whole := appendSmall(buffer[:0], []byte(value), false)
	if len(whole) < leastPiece {
		return bytes.Contains(id.views, whole)
	}
	if id.holds(whole, second[:0]) {
		return true
	}
	start, hasDigit := 0, false
	for i, pieces := 0, 0; i <= len(whole) && pieces < maxPieces; i++ {
		if i < len(whole) && isAlphanumeric(whole[i]) {
			hasDigit = hasDigit || whole[i] <= '9'
			continue
		}
		if piece := whole[start:i]; hasDigit && len(piece) < len(whole) {
			pieces++
			if id.holds(piece, second[:0]) {
				return true
			}
		}
		start, hasDigit = i+1, false
	}
	return false
}

// holds reports whether the views hold a value in small letters, half of it or its digits.
// The buffer is for what is made of it.
func (id ID) holds(value, buffer []byte) bool {
	half := len(value) / 2
	if id.contains(value) || id.contains(value[:half]) || id.contains(value[half:]) {
		return true
	}
	// Base64 that is cut out of more has lost its ends.
	if len(value) > leastPiece+4 && id.contains(value[2:len(value)-2]) {
		return true
	}
	plain := appendSmall(buffer, value, true)
	if len(plain) < len(value) {
		half = len(plain) / 2
		if id.contains(plain) || id.contains(plain[:half]) || id.contains(plain[half:]) {
			return true
		}
	}
	digits := plain[:0]
	for _, b := range plain {
		if '0' <= b && b <= '9' {
			digits = append(digits, b)
		}
	}
	return id.contains(digits)
}

func (id ID) contains(part []byte) bool {
	return len(part) >= leastPiece && id.seen.mayHold(part) && bytes.Contains(id.views, part)
}

// groups are a set of groups of three bytes. It may hold more than were added: groups share a
// bit. Most values are told from an id by their first group, without looking through its views.
type groups [128]uint64

func (g *groups) add(text []byte) {
	for ; len(text) >= 3; text = text[1:] {
		word, bit := group(text)
		g[word] |= bit
	}
}

// mayHold reports whether the first and the last group of the text are in the set.
func (g *groups) mayHold(text []byte) bool {
	word, bit := group(text)
	if g[word]&bit == 0 {
		return false
	}
	word, bit = group(text[len(text)-3:])
	return g[word]&bit != 0
}

func group(text []byte) (word uint32, bit uint64) {
	hash := (uint32(text[0]) | uint32(text[1])<<8 | uint32(text[2])<<16) * 0x9e3779b1 >> 19
	return hash >> 6, 1 << (hash & 63)
}

// appendSmall appends a text in small letters, of a bare one the letters and digits alone.
func appendSmall(to, text []byte, bare bool) []byte {
	for _, b := range text {
		if 'A' <= b && b <= 'Z' {
			b += 'a' - 'A'
		}
		if !bare || isAlphanumeric(b) {
			to = append(to, b)
		}
	}
	return to
}

// small makes letters small in their place.
func small(text []byte) {
	for i, b := range text {
		if 'A' <= b && b <= 'Z' {
			text[i] = b + 'a' - 'A'
		}
	}
}

func isAlphanumeric(b byte) bool { return isWordByte(b) || b >= utf8.RuneSelf }

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
