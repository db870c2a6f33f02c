package message

import (
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// Photos travel beside the message, from where they were received to the vendor without
// a copy. In the message a placeholder, the photo's first byte, takes the place of each,
// so that its rules can be checked.

// TakePhotos takes the photos out of a message that holds them.
func TakePhotos(message *livenessv1.IssueLivenessTokenRequest) []sensitive.Bytes {
	all := message.GetComparison().GetPhotos()
	photos := make([]sensitive.Bytes, len(all))
	for i, photo := range all {
		photos[i] = sensitive.NewBytes(photo.GetContent())
		photo.Content = placeholder(photo.GetContent())
	}
	return photos
}

// placeholder is a photo's first byte, nothing if it is empty.
func placeholder(photo []byte) []byte {
	n := min(1, len(photo))
	return photo[:n:n]
}

var (
	comparisonField = fieldNumber(&livenessv1.IssueLivenessTokenRequest{}, "comparison")
	photosField     = fieldNumber(&livenessv1.Comparison{}, "photos")
	contentField    = fieldNumber(&livenessv1.Photo{}, "content")
)

func fieldNumber(message protoreflect.ProtoMessage, name protoreflect.Name) protowire.Number {
	return message.ProtoReflect().Descriptor().Fields().ByName(name).Number()
}

// splitter takes an encoded message apart: what stays, and the photos where they are.
type splitter struct {
	wire   wire
	memory sensitive.Memory
	photos []sensitive.Bytes
}

// split returns the message of f without its photos, and those, which are in f. It
// returns false for what is not a message in the usual form.
func split(f *frames) (rest []byte, photos []sensitive.Bytes, ok bool) {
	s := splitter{wire: newWire(f.data), memory: f}
	rest, ok = s.message(s.wire.left, comparisonField, s.comparison)
	return rest, s.photos, ok
}

// message copies the fields of a message of so many bytes, but for one, which is given
// to take: that appends what takes its place.
func (s *splitter) message(length int, field protowire.Number, take func(dst []byte, length int) ([]byte, bool)) (dst []byte, ok bool) {
	end := s.wire.left - length
	for s.wire.left > end {
		longer, tag, ok := s.wire.varint(dst)
		if !ok {
			return nil, false
		}
		dst = longer
		number, kind := protowire.DecodeTag(tag)
		if number == field && kind == protowire.BytesType {
			_, n, fits := s.wire.length(nil, end)
			if !fits {
				return nil, false
			}
			dst, ok = take(dst, n)
		} else {
			dst, ok = s.wire.value(dst, kind, end)
		}
		if !ok {
			return nil, false
		}
	}
	return dst, s.wire.left == end
}

func (s *splitter) comparison(dst []byte, length int) ([]byte, bool) {
	rest, ok := s.message(length, photosField, s.photo)
	return protowire.AppendBytes(dst, rest), ok
}

// photo has a place for its content in any case: of several, the last one counts.
func (s *splitter) photo(dst []byte, length int) ([]byte, bool) {
	s.photos = append(s.photos, sensitive.Bytes{})
	rest, ok := s.message(length, contentField, s.content)
	return protowire.AppendBytes(dst, rest), ok
}

func (s *splitter) content(dst []byte, length int) ([]byte, bool) {
	pieces := s.wire.take(length)
	s.photos[len(s.photos)-1] = sensitive.Borrow(s.memory, pieces...)
	if length == 0 {
		return protowire.AppendBytes(dst, nil), true
	}
	return protowire.AppendBytes(dst, placeholder(pieces[0])), true
}
