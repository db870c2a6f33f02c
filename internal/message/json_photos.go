package message

import (
	"bytes"
	"encoding/base64"

	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// photoCutter takes the photos out of a JSON body, decoded where they stand: the JSON
// library would go over megabytes of base64 three times and copy them. It gets a body in
// which a placeholder takes the place of each photo.
//
// The cutter knows just enough of JSON to find the photos, and judges nothing: where it
// meets anything else than it expects, it leaves the rest to the library. So does it
// with a photo that is not plain base64. As one text takes the place of another, the
// library finds fault with both bodies alike, but for the columns.
type photoCutter struct {
	body []byte
	// at is the next byte to look at, and rest holds what there was up to copied.
	at, copied int
	rest       []byte
	cuts       []cut

	memory sensitive.Memory
	// photos are those of the body in order, zero for one that is left in it.
	photos []sensitive.Bytes
}

// cut is a text in the rest, at an offset, that is shorter than it was in the body.
type cut struct {
	offset, shorter int
}

// cutPhotos changes the body, which lies in memory. The photos returned lie there too.
func cutPhotos(body []byte, memory sensitive.Memory) (rest []byte, cuts []cut, photos []sensitive.Bytes) {
	c := photoCutter{body: body, memory: memory}
	c.object("comparison", func() bool {
		return c.object("photos", c.array)
	})
	return append(c.rest, body[c.copied:]...), c.cuts, c.photos
}

// object reads an object; take reads the values of the field.
func (c *photoCutter) object(field string, take func() bool) bool {
	if !c.token('{') {
		return false
	}
	for {
		name, ok := c.text()
		if !ok || !c.token(':') {
			return false
		}
		if string(name) == field {
			ok = take()
		} else {
			ok = c.skip()
		}
		if !ok || !c.token(',') {
			return ok && c.token('}')
		}
	}
}

// array reads a list of photos.
func (c *photoCutter) array() bool {
	if !c.token('[') {
		return false
	}
	for c.photo() {
		if !c.token(',') {
			return c.token(']')
		}
	}
	return false
}

// photo has a place for its content in any case.
func (c *photoCutter) photo() bool {
	c.photos = append(c.photos, sensitive.Bytes{})
	return c.object("content", c.content)
}

// content cuts that of the last photo out, or leaves it if it cannot be cut.
func (c *photoCutter) content() bool {
	if !c.token('"') {
		return false
	}
	start := c.at
	length := bytes.IndexByte(c.body[start:], '"')
	if length < 0 {
		return false
	}
	n := decodeInPlace(c.body[start : start+length])
	if n == 0 {
		c.at--
		_, ok := c.text()
		return ok
	}
	photo := c.body[start : start+n : start+n]
	c.photos[len(c.photos)-1] = sensitive.Borrow(c.memory, photo)
	c.rest = append(c.rest, c.body[c.copied:start]...)
	before := len(c.rest)
	c.rest = base64.StdEncoding.AppendEncode(c.rest, placeholder(photo))
	c.cuts = append(c.cuts, cut{before, length - (len(c.rest) - before)})
	c.copied = start + length
	c.at = c.copied + 1
	return true
}

// token reads one byte, behind white space.
func (c *photoCutter) token(want byte) bool {
	for c.at < len(c.body) {
		switch c.body[c.at] {
		case want:
			c.at++
			return true
		case ' ', '\t', '\r', '\n':
			c.at++
		default:
			return false
		}
	}
	return false
}

// text reads a text, which is returned with its escapes.
func (c *photoCutter) text() (raw []byte, ok bool) {
	if !c.token('"') {
		return nil, false
	}
	start := c.at
	for {
		length := bytes.IndexByte(c.body[c.at:], '"')
		if length < 0 {
			return nil, false
		}
		raw = c.body[start : c.at+length]
		c.at += length + 1
		if escapes := len(raw) - len(bytes.TrimRight(raw, `\`)); escapes%2 == 0 {
			return raw, true
		}
	}
}

// skip reads a value of any kind, and stops before what ends it.
func (c *photoCutter) skip() bool {
	for depth := 0; c.at < len(c.body); {
		switch c.body[c.at] {
		case '"':
			if _, ok := c.text(); !ok {
				return false
			}
			continue
		case '[', '{':
			depth++
		case ']', '}':
			depth--
		}
		if next := c.body[c.at]; depth < 0 || depth == 0 && next == ',' {
			return true
		}
		c.at++
	}
	return false
}

// textChunk is how much base64 is decoded at once. It comes in whole groups of four.
const textChunk = 4 << 10

// decodeInPlace decodes a text of standard base64, padded or not, and returns the length
// of what it stands for. It returns 0, and leaves the text as it is, if that is none.
func decodeInPlace(text []byte) int {
	encoding := base64.StdEncoding
	if len(text)%4 != 0 {
		encoding = base64.RawStdEncoding
	}
	var decoded [textChunk / 4 * 3]byte
	n := 0
	for at := 0; at < len(text); {
		chunk := text[at:min(at+textChunk, len(text))]
		at += len(chunk)
		got, err := encoding.Decode(decoded[:], chunk)
		// Padding may stand at the end alone. Line breaks, which the library passes over,
		// may not stand in a text of JSON.
		early := at < len(text) && got < len(decoded)
		if err != nil || early || bytes.IndexByte(chunk, '\n') >= 0 || bytes.IndexByte(chunk, '\r') >= 0 {
			copy(text, base64.StdEncoding.EncodeToString(text[:n]))
			return 0
		}
		n += copy(text[n:], decoded[:got])
	}
	return n
}
