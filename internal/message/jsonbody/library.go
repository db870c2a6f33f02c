package jsonbody

import (
	"bytes"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/liveness-gateway/gateway/internal/message/contract"
)

const (
	// maxLibraryBytes bounds a value that is left to protojson: a number, a duration, a map.
	maxLibraryBytes = 4 << 10
	// maxLibraryDepth bounds how deep objects and lists are nested in it.
	maxLibraryDepth = 16
)

// byLibrary lets protojson read one short value of the field into the message.
func (d *decoder) byLibrary(m protoreflect.Message, field *contract.Field) bool {
	begin := d.at
	if !d.skip() {
		return false
	}
	if d.at-begin > maxLibraryBytes {
		return d.fail(begin, "must be "+formOf(field))
	}
	raw := d.body[begin:d.at]
	if field.IsList() {
		raw = bytes.Join([][]byte{{'['}, raw, {']'}}, nil)
	}
	body := append([]byte(`{"`+field.JSONName()+`":`), raw...)
	read := m.New().Interface()
	if protojson.Unmarshal(append(body, '}'), read) != nil {
		return d.fail(begin, "must be "+formOf(field))
	}
	proto.Merge(m.Interface(), read)
	return true
}

// skip skips a value of any kind; if it is longer than maxLibraryBytes, it stops somewhere beyond
// that. Within objects and lists it looks only at texts and at how deep they are nested.
func (d *decoder) skip() bool {
	if !d.begins('{') && !d.begins('[') {
		return d.scalar()
	}
	begin, depth := d.at, 0
	for end := begin + maxLibraryBytes; d.at < len(d.body) && d.at <= end; {
		switch d.body[d.at] {
		case '"':
			if _, _, ok := d.text(maxLibraryBytes); !ok {
				return d.refused == nil && d.skipTo(end+1)
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		d.at++
		if depth == 0 {
			return true
		}
		if depth > maxLibraryDepth {
			return d.skipTo(end + 1)
		}
	}
	if d.at == len(d.body) {
		return d.syntax(d.at)
	}
	return true
}

// skipTo pretends that the value ends there, which makes it too long.
func (d *decoder) skipTo(end int) bool {
	d.at = end
	return true
}
