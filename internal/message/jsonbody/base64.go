package jsonbody

import (
	"bytes"
	"encoding/base64"

	"github.com/liveness-gateway/gateway/internal/message/contract"
)

// chunk is how much base64 is decoded at once, in whole groups of four.
const chunk = 4 << 10

// base64 reads a base64 text and decodes it in place. Either alphabet is taken, padded or not, with
// the line breaks of MIME (RFC 2045) as JSON escapes them, and nothing else.
func (d *decoder) base64(field *contract.Field) (content []byte, ok bool) {
	if !d.begins('"') {
		return nil, d.wrongForm(formOf(field))
	}
	begin := d.at
	length := bytes.IndexByte(d.body[begin+1:], '"')
	if length < 0 {
		_, _, _ = d.text(len(d.body))
		return nil, false
	}
	t := base64Text{text: d.body[begin+1 : begin+1+length]}
	done := t.whole(d.wanted) || d.refused == nil && t.inPieces(d.wanted)
	if d.refused != nil {
		return nil, false
	}
	if done {
		d.overwritten = append(d.overwritten, span{begin + 1, begin + 1 + length})
		d.at = begin + length + 2
		return t.text[:t.decoded:t.decoded], true
	}
	// What was decoded was valid; now see whether the rest is JSON at all.
	fill(t.text[:t.at])
	if _, _, valid := d.text(len(d.body)); !valid {
		return nil, false
	}
	return nil, d.fail(begin, "must be "+formOf(field))
}

// base64Text is a text that is decoded in place. The decoded bytes never catch up with what is read.
type base64Text struct {
	text []byte
	// at is the next byte to read, and decoded how many have been written.
	at, decoded int
	buffer      [chunk / 4 * 3]byte
}

// whole decodes the text chunk by chunk while there are only letters of the standard alphabet, with
// padding at the end. It reports whether it decoded all of it.
func (t *base64Text) whole(wanted func() bool) bool {
	encoding := base64.StdEncoding
	if len(t.text)%4 != 0 {
		encoding = base64.RawStdEncoding
	}
	for t.at < len(t.text) {
		if t.at%contract.CheckEvery == 0 && !wanted() {
			return false
		}
		next := t.text[t.at:min(t.at+chunk, len(t.text))]
		n, err := encoding.Decode(t.buffer[:], next)
		last := t.at+len(next) == len(t.text)
		// The library ignores line breaks, which are not valid in JSON unless escaped, and takes
		// padding at the end of any chunk.
		if err != nil || !last && n < len(t.buffer) || last && (bytes.IndexByte(next, '\n') >= 0 || bytes.IndexByte(next, '\r') >= 0) {
			return false
		}
		t.decoded += copy(t.text[t.decoded:], t.buffer[:n])
		t.at += len(next)
	}
	return true
}

// inPieces decodes the rest of a text where whole has stopped, byte by byte, with line breaks and
// escapes in between. What is already decoded was in the standard alphabet. It reports whether the
// text is base64; if not, everything before t.at still was.
func (t *base64Text) inPieces(wanted func() bool) bool {
	g := group{}
	slow := 0 // up to here the text is read byte by byte
	for check := t.at + contract.CheckEvery; t.at < len(t.text); {
		if t.at >= check {
			if check += contract.CheckEvery; !wanted() {
				return false
			}
		}
		if t.at >= slow && g == (group{}) {
			if slow = t.run(); slow == t.at {
				continue
			}
		}
		letter, n := letterAt(t.text[t.at:])
		if n == 0 {
			return false
		}
		if (letter == '-' || letter == '_') && !g.url {
			g.url, g.standard = true, g.standard || usesStandard(t.text[:t.decoded])
		}
		if letter != '\n' && letter != '\r' && !g.add(letter) {
			return false
		}
		t.at += n
		if g.letters == 4 {
			t.decoded += copy(t.text[t.decoded:], g.take(3))
		}
	}
	n, ok := g.rest()
	t.decoded += copy(t.text[t.decoded:], g.take(n))
	return ok
}

// run decodes whole groups of letters up to the next escape, if they are all in the standard
// alphabet. Otherwise it returns up to where the text must be read byte by byte.
func (t *base64Text) run() (slow int) {
	next := t.text[t.at:min(t.at+chunk, len(t.text))]
	if end := bytes.IndexByte(next, '\\'); end >= 0 {
		next = next[:end]
	}
	groups := next[:len(next)/4*4]
	n, err := base64.StdEncoding.Decode(t.buffer[:], groups)
	if len(groups) == 0 || err != nil || n < len(groups)/4*3 {
		return t.at + len(next) + 1
	}
	t.decoded += copy(t.text[t.decoded:], t.buffer[:n])
	t.at += len(groups)
	return t.at
}

// group is up to four letters, which encode three bytes.
type group struct {
	bits             uint32
	letters, padding int
	url, standard    bool
}

// values are what letters of either alphabet encode, plus one.
var values = func() (v [256]byte) {
	for _, letters := range []string{base64Letters + "+/", base64Letters + "-_"} {
		for n := range letters {
			v[letters[n]] = byte(n + 1)
		}
	}
	return v
}()

const base64Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

// add takes a letter, or padding, which nothing else may follow.
func (g *group) add(letter byte) bool {
	if letter == '=' {
		g.padding++
		return true
	}
	g.standard = g.standard || letter == '+' || letter == '/'
	value := values[letter]
	if value == 0 || g.padding > 0 || g.url && g.standard {
		return false
	}
	g.bits = g.bits<<6 | uint32(value-1)
	g.letters++
	return true
}

// rest returns how many bytes the last letters encode, and whether they may be the last.
func (g *group) rest() (n int, ok bool) {
	padded := g.padding == 0 || g.letters+g.padding == 4
	return max(0, g.letters-1), g.letters != 1 && padded && (g.letters > 0 || g.padding == 0)
}

// take returns the first n bytes of the letters, and begins another group.
func (g *group) take(n int) []byte {
	bits := g.bits << (6 * (4 - g.letters))
	g.bits, g.letters = 0, 0
	all := [3]byte{byte(bits >> 16), byte(bits >> 8), byte(bits)}
	return all[:n]
}

// usesStandard reports whether the content, encoded again, has a letter that the URL alphabet lacks.
func usesStandard(content []byte) bool {
	var text [chunk]byte
	for len(content) > 0 {
		next := content[:min(len(content), chunk/4*3)]
		content = content[len(next):]
		base64.StdEncoding.Encode(text[:], next)
		if bytes.ContainsAny(text[:base64.StdEncoding.EncodedLen(len(next))], "+/") {
			return true
		}
	}
	return false
}

// letterAt returns the letter at the beginning of a JSON text, and how many bytes it takes there; 0
// if it cannot be part of base64.
func letterAt(text []byte) (letter byte, n int) {
	if text[0] != '\\' {
		if text[0] == '\n' || text[0] == '\r' {
			return 0, 0 // not valid in JSON
		}
		return text[0], 1
	}
	n = escapeLength(text)
	switch n {
	case 2:
		return escapes[text[1]], n
	case 6:
		if r, _ := hex4(text[2:]); r < 0x80 {
			return byte(r), n
		}
	}
	return 0, 0
}
