package wire

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"

	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/liveness-gateway/gateway/internal/message/contract"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// Photos says where a message has photos: in a field of each message in a list.
type Photos struct {
	// List is the list, and Content the field of its messages.
	List, Content protoreflect.FieldDescriptor
}

// Split separates an encoded message from its photos. They stay where they were received, in memory;
// in the rest, which is short, the first byte of each photo takes its place. Split refuses what is not
// a message of the type, and what sets a field too often.
//
// The library would copy each photo: for 3 MB it takes 0.6 ms and 3 MB, Split 0.01 ms and 12 KB. For a
// small message Split costs 0.5 µs of CPU instead of 0.3 µs, because it counts fields (BenchmarkSplit,
// December 2026: the best of 20 on a busy machine of 2 cores).
func Split(ctx context.Context, data mem.BufferSlice, message *contract.Message, photos Photos, memory sensitive.Memory) (
	rest []byte, taken []sensitive.Bytes, refused *providers.Error,
) {
	s := splitter{ctx: ctx, reader: newReader(data), fields: photos, memory: memory}
	if more := message.FieldsBelow - len(s.few); more > 0 {
		s.more = make([]uint16, more)
	}
	rest, ok := s.message(make([]byte, 0, min(s.reader.left, shortRest)), s.reader.left, message)
	if !ok && s.refused == nil {
		s.refused = &providers.Error{Reason: providers.InvalidRequest}
	}
	return rest, s.photos, s.refused
}

// shortRest is enough for most messages without their photos.
const shortRest = 512

const (
	// maxDepth bounds how deep messages are nested. Only a recursive type could go deeper.
	maxDepth = 8
	// maxMapEntry bounds the key and the value of a map together.
	maxMapEntry = 8 << 10
)

// splitter is one run of Split.
type splitter struct {
	ctx    context.Context
	reader reader
	fields Photos
	memory sensitive.Memory
	photos []sensitive.Bytes
	// few and more count how often each field has been set, by Field.Place: see times.
	few  [48]uint16
	more []uint16
	// levels are the messages around the current place, depth of them.
	levels [maxDepth]level
	depth  int
	// refused is why the message is refused. It stays nil for what is not a valid message at all.
	refused *providers.Error
	// checked is how many bytes were left at the last check whether the caller has left.
	checked int
}

// level is a message within a message: the field that holds it, and its index in a list.
type level struct {
	field *contract.Field
	index int
}

// refuse refuses the message because of a field of the current message, or, without one, because of
// the current message itself.
func (s *splitter) refuse(field *contract.Field, index int, description string) ([]byte, bool) {
	var path strings.Builder
	for _, l := range append(s.levels[:s.depth:s.depth], level{field, index}) {
		if l.field == nil {
			continue
		}
		if path.Len() > 0 {
			path.WriteByte('.')
		}
		path.WriteString(string(l.field.Name()))
		if l.field.IsList() && l.index >= 0 {
			path.WriteString("[" + strconv.Itoa(l.index) + "]")
		}
	}
	s.refused = contract.Invalid(providers.Path(path.String()), description)
	return nil, false
}

// message appends the fields of a message of so many bytes, without photos.
func (s *splitter) message(dst []byte, length int, message *contract.Message) (longer []byte, ok bool) {
	end := s.reader.left - length
	for s.reader.left > end {
		var tag uint64
		if dst, tag, ok = s.reader.varint(dst); !ok || !s.wanted() {
			return nil, false
		}
		number, kind := protowire.DecodeTag(tag)
		if !number.IsValid() || s.reader.left < end {
			return nil, false
		}
		field := message.Numbered(number)
		if field == nil || !takes(field, kind) {
			return s.refuse(nil, 0, fmt.Sprintf("holds field number %d, which the contract does not know", number))
		}
		times := s.times(field)
		*times++
		if int(*times) > field.MaxTimes {
			return s.refuse(field, -1, tooOften(field))
		}
		if dst, ok = s.value(dst, kind, end, field); !ok {
			return nil, false
		}
	}
	return dst, s.reader.left == end
}

// times is how often the field has been set. A slice of all counts, which pointed into the splitter
// itself, would move it to the heap: 416 bytes a call (BenchmarkSplit).
func (s *splitter) times(field *contract.Field) *uint16 {
	if field.Place < len(s.few) {
		return &s.few[field.Place]
	}
	return &s.more[field.Place-len(s.few)]
}

// wanted reports whether the caller is still there. It checks once in contract.CheckEvery bytes.
func (s *splitter) wanted() bool {
	if s.checked-s.reader.left < contract.CheckEvery && s.checked != 0 {
		return true
	}
	s.checked = s.reader.left
	s.refused = contract.Left(s.ctx)
	return s.refused == nil
}

func tooOften(field *contract.Field) string {
	if field.IsList() || field.IsMap() {
		return field.TooMany()
	}
	return fmt.Sprintf("is set more than %d times", field.MaxTimes)
}

// takes reports whether the field may be encoded as that wire type. Lists of numbers may be packed.
func takes(field *contract.Field, kind protowire.Type) bool {
	wanted := protowire.BytesType
	switch field.Kind() {
	case protoreflect.BoolKind, protoreflect.EnumKind, protoreflect.Int32Kind, protoreflect.Int64Kind,
		protoreflect.Sint32Kind, protoreflect.Sint64Kind, protoreflect.Uint32Kind, protoreflect.Uint64Kind:
		wanted = protowire.VarintType
	case protoreflect.Fixed32Kind, protoreflect.Sfixed32Kind, protoreflect.FloatKind:
		wanted = protowire.Fixed32Type
	case protoreflect.Fixed64Kind, protoreflect.Sfixed64Kind, protoreflect.DoubleKind:
		wanted = protowire.Fixed64Type
	case protoreflect.GroupKind: // the contract has none
		return false
	default:
	}
	return kind == wanted || kind == protowire.BytesType && field.IsList()
}

// value appends a field's value.
func (s *splitter) value(dst []byte, kind protowire.Type, end int, field *contract.Field) ([]byte, bool) {
	n := 4
	switch kind {
	case protowire.VarintType:
		dst, _, ok := s.reader.varint(dst)
		return dst, ok && s.reader.left >= end
	case protowire.Fixed64Type:
		n = 8
	case protowire.BytesType:
		return s.bytes(dst, end, field)
	default:
	}
	if s.reader.left-end < n {
		return nil, false
	}
	return s.reader.append(dst, n), true
}

// bytes appends a length-delimited value.
func (s *splitter) bytes(dst []byte, end int, field *contract.Field) ([]byte, bool) {
	begin := len(dst)
	longer, n, ok := s.reader.length(dst, end)
	if !ok {
		return nil, false
	}
	switch {
	case field.FieldDescriptor == s.fields.Content && s.depth > 0 && s.levels[s.depth-1].field.FieldDescriptor == s.fields.List:
		return s.photo(longer[:begin], n), true
	case field.Message != nil && !field.IsMap():
		return s.inner(longer[:begin], n, field)
	case n > maxValue(field):
		tooLong := field.TooLong
		if tooLong == "" {
			tooLong = field.TooMany()
		}
		return s.refuse(field, s.index(field), tooLong)
	}
	return s.reader.append(longer, n), true
}

// index is that of the field's last value, if it is a list.
func (s *splitter) index(field *contract.Field) int { return int(*s.times(field)) - 1 }

// maxValue bounds the length of a value, which may be a whole packed list of numbers, or the key and
// value of a map's entry.
func maxValue(field *contract.Field) int {
	switch {
	case field.IsMap():
		return maxMapEntry
	case field.Kind() == protoreflect.StringKind:
		return field.MaxBytes
	case field.Kind() == protoreflect.BytesKind:
		return math.MaxInt32
	default:
		return field.MaxEntries * 10
	}
}

// inner appends a nested message with its length, for which one byte is nearly always enough.
func (s *splitter) inner(dst []byte, n int, field *contract.Field) ([]byte, bool) {
	if s.depth == maxDepth {
		return nil, false
	}
	s.levels[s.depth] = level{field, s.index(field)}
	s.depth++
	if field.FieldDescriptor == s.fields.List {
		s.photos = append(s.photos, sensitive.Bytes{}) // a photo without content counts too
	}
	begin := len(dst) + 1
	dst, ok := s.message(append(dst, 0), n, field.Message)
	if !ok {
		return nil, false
	}
	s.depth--
	length := len(dst) - begin
	if length < 0x80 {
		dst[begin-1] = byte(length)
		return dst, true
	}
	var encoded [10]byte
	prefix := protowire.AppendVarint(encoded[:0], uint64(length))
	dst = append(dst, prefix[1:]...) // makes room
	copy(dst[begin-1+len(prefix):], dst[begin:begin+length])
	copy(dst[begin-1:], prefix)
	return dst, true
}

// photo takes a photo's content. If it is set several times, the last one counts.
func (s *splitter) photo(dst []byte, n int) []byte {
	pieces := s.reader.take(n)
	s.photos[len(s.photos)-1] = sensitive.Borrow(s.memory, pieces...)
	if n == 0 {
		return protowire.AppendBytes(dst, nil)
	}
	return protowire.AppendBytes(dst, pieces[0][:1])
}
