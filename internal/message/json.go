package message

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// FromJSON decodes a message and its photos from a body that lies in memory. The body is
// changed: large photos are decoded where they lie. Unknown fields are errors, which quote
// no value.
func FromJSON(body []byte, memory sensitive.Memory, into proto.Message) ([]sensitive.Bytes, *providers.Error) {
	request, hasPhotos := into.(*livenessv1.IssueLivenessTokenRequest)
	if !hasPhotos {
		return nil, decodeJSON(body, nil, into)
	}
	var cuts []cut
	var large []sensitive.Bytes
	if len(body) > smallBytes {
		body, cuts, large = cutPhotos(body, memory)
	}
	if refused := decodeJSON(body, cuts, into); refused != nil {
		return nil, refused
	}
	photos := TakePhotos(request)
	for i, photo := range large {
		if !photo.IsZero() {
			photos[i] = photo
		}
	}
	return photos, nil
}

// DecodeJSON decodes a request from a body and leaves its photos in it.
func DecodeJSON(body []byte) (*livenessv1.IssueLivenessTokenRequest, *providers.Error) {
	request := &livenessv1.IssueLivenessTokenRequest{}
	if refused := decodeJSON(body, nil, request); refused != nil {
		return nil, refused
	}
	return request, nil
}

// decodeJSON reads what is left of a body from which something was cut.
func decodeJSON(rest []byte, cuts []cut, into proto.Message) *providers.Error {
	if err := protojson.Unmarshal(rest, into); err != nil {
		return describeJSON(into.ProtoReflect().Descriptor(), rest, cuts, err.Error())
	}
	return nil
}

// Invalid returns the failure of a message that breaks a rule of the contract.
func Invalid(path providers.Path, description string) *providers.Error {
	return &providers.Error{Reason: providers.InvalidRequest, Violations: []providers.Violation{
		{Path: path, Reason: providers.InvalidRequest, Description: description},
	}}
}

// position is how the library begins an error: where it failed, and whether on the
// grammar of JSON or on what the contract makes of it. Its words follow.
var position = regexp.MustCompile(`(syntax error )?\(line (\d+):(\d+)\): `)

// describeJSON says where a body is wrong and in which way, with the columns that it had
// before the cuts. Of the library's text only the position and the first words are used:
// the rest quotes values.
func describeJSON(of protoreflect.MessageDescriptor, body []byte, cuts []cut, text string) *providers.Error {
	syntax, words := true, "" // no position: the body ends too soon
	line, column := bytes.Count(body, []byte("\n"))+1, utf8.RuneCount(body[bytes.LastIndexByte(body, '\n')+1:])+1
	if found := position.FindStringSubmatch(text); found != nil {
		syntax = found[1] != ""
		line, _ = strconv.Atoi(found[2])
		column, _ = strconv.Atoi(found[3])
		_, words, _ = strings.Cut(text, found[0])
	}
	offset := offsetOf(body, line, column)
	path, whole := pathAt(body, offset)
	for _, c := range cuts {
		if c.offset < offset && bytes.IndexByte(body[c.offset:offset], '\n') < 0 {
			column += c.shorter
		}
	}
	what := "has a value of the wrong form"
	switch form := jsonForm(of, path); {
	case len(bytes.TrimSpace(body)) == 0:
		what = "the body is empty"
	case syntax && (!whole || !strings.HasPrefix(words, "unexpected token")):
		what = "is not valid JSON"
	case strings.HasPrefix(words, "unknown field"), strings.HasPrefix(words, "unable to resolve"):
		what = "is not a field of the request"
	case strings.HasPrefix(words, "duplicate field"):
		what = "is there twice"
	case form != "":
		what = "must be " + form
	}
	return Invalid(path, fmt.Sprintf("%s (line %d, column %d)", what, line, column))
}

// offsetOf returns the byte offset of a position counted in runes from 1.
func offsetOf(body []byte, line, column int) int {
	offset := 0
	for ; line > 1; line-- {
		next := bytes.IndexByte(body[offset:], '\n')
		if next < 0 {
			return len(body)
		}
		offset += next + 1
	}
	for ; column > 1 && offset < len(body); column-- {
		_, size := utf8.DecodeRune(body[offset:])
		offset += size
	}
	return offset
}

// TooLarge returns the failure of a message beyond a limit in bytes.
func TooLarge(limit int) *providers.Error {
	return &providers.Error{Reason: providers.RequestTooLarge, Message: fmt.Sprintf("at most %d MiB", limit>>20)}
}
