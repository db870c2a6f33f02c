package message

import (
	"bytes"
	"mime"
	"strconv"
	"strings"

	"google.golang.org/protobuf/proto"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

const (
	// The parts of a form: the request as JSON, and the photos one by one.
	partRequest = "request"
	partPhotos  = "photos"

	// MaxBoundary is the longest boundary in bytes (RFC 2046, section 5.1.1).
	MaxBoundary = 70
	// maxParts leaves room for what is refused by name or number.
	maxParts      = 8
	maxPartHeader = 4 << 10
)

// part is a part of a form. Its content lies in the body.
type part struct {
	name, contentType string
	content           []byte
}

// FromForm decodes a message from a body of multipart/form-data that lies in memory: the
// message from the one part and the photos from the others, which stay where they are.
func FromForm(body []byte, boundary string, memory sensitive.Memory, into proto.Message) ([]sensitive.Bytes, *providers.Error) {
	parts, refused := splitForm(body, boundary)
	if refused != nil {
		return nil, refused
	}
	var request *part
	var photos [][]byte
	for i := range parts {
		p := &parts[i]
		switch {
		case p.name == partPhotos:
			photos = append(photos, p.content)
		case p.name != partRequest:
			return nil, unknownPart(p.name)
		case request != nil:
			return nil, Invalid(partRequest, "stands in the form twice")
		case !isJSON(p.contentType):
			return nil, Invalid(partRequest, "must be application/json")
		default:
			request = p
		}
	}
	if request == nil {
		return nil, Invalid(partRequest, "is missing in the form")
	}
	inRequest, refused := FromJSON(request.content, memory, into)
	if refused != nil || len(photos) == 0 {
		return inRequest, refused
	}
	message, hasPhotos := into.(*livenessv1.IssueLivenessTokenRequest)
	switch {
	case !hasPhotos:
		return nil, unknownPart(partPhotos)
	case len(inRequest) > 0:
		return nil, Invalid(providers.FieldPhotos.Path(), "stand in the part "+partRequest+" and in parts of their own")
	}
	return addPhotos(photos, memory, message), nil
}

// isJSON reports whether the part may hold the request: forms of text name no type.
func isJSON(contentType string) bool {
	mediaType, _, err := mime.ParseMediaType(contentType)
	return contentType == "" || err == nil && mediaType == "application/json"
}

// unknownPart names a part only if it is named as a field can be: another name is the
// caller's content.
func unknownPart(name string) *providers.Error {
	if !fieldKey.MatchString(name) {
		name = ""
	}
	return Invalid(providers.Path(name), "is not a part of the form, which has "+partRequest+" and "+partPhotos)
}

// addPhotos adds photos, which lie in memory, to a message without any.
func addPhotos(photos [][]byte, memory sensitive.Memory, message *livenessv1.IssueLivenessTokenRequest) (added []sensitive.Bytes) {
	if message.GetComparison() == nil {
		message.Comparison = &livenessv1.Comparison{}
	}
	for _, photo := range photos {
		added = append(added, sensitive.Borrow(memory, photo))
		// The message may be held for longer than the memory.
		content := append([]byte{}, placeholder(photo)...)
		message.Comparison.Photos = append(message.Comparison.Photos, &livenessv1.Photo{Content: content})
	}
	return added
}

// splitForm takes a body of multipart/form-data apart (RFC 7578), without a copy. It is
// strict where mime/multipart is lenient: nothing stands before the first boundary or
// behind the last, lines end with CR LF, and no content holds a boundary.
func splitForm(body []byte, boundary string) ([]part, *providers.Error) {
	delimiter := []byte("\r\n--" + boundary)
	rest, ok := bytes.CutPrefix(body, delimiter[2:])
	if !ok {
		return nil, badForm("does not begin with its boundary")
	}
	for parts := []part(nil); ; {
		if end, last := bytes.CutPrefix(rest, []byte("--")); last {
			if len(bytes.TrimPrefix(end, []byte("\r\n"))) > 0 {
				return nil, badForm("goes on behind its end")
			}
			return parts, nil
		}
		if len(parts) == maxParts {
			return nil, badForm("has more than " + strconv.Itoa(maxParts) + " parts")
		}
		var next part
		if rest, ok = next.readHeader(rest); !ok {
			return nil, badForm("has a part without a valid header of at most " + strconv.Itoa(maxPartHeader>>10) + " KiB")
		}
		if next.content, rest, ok = bytes.Cut(rest, delimiter); !ok || bytes.HasPrefix(next.content, delimiter[2:]) {
			return nil, badForm("has a part without an end")
		}
		parts = append(parts, next)
	}
}

func badForm(what string) *providers.Error {
	return &providers.Error{Reason: providers.InvalidRequest, Message: "the form " + what}
}

// readHeader reads the header of a part, from the end of the boundary's line on, and
// returns what follows.
func (p *part) readHeader(from []byte) (rest []byte, ok bool) {
	header, _, ok := bytes.Cut(from[:min(len(from), maxPartHeader)], []byte("\r\n\r\n"))
	if !ok {
		return nil, false
	}
	first, fields, _ := bytes.Cut(header, []byte("\r\n"))
	if len(first) > 0 {
		return nil, false
	}
	for field := range bytes.SplitSeq(fields, []byte("\r\n")) {
		if !p.readField(string(field)) {
			return nil, false
		}
	}
	return from[len(header)+len("\r\n\r\n"):], p.name != ""
}

func (p *part) readField(field string) bool {
	name, value, ok := strings.Cut(field, ":")
	if !ok || name == "" || strings.ContainsFunc(name, notInName) || strings.ContainsFunc(value, isControl) {
		return false
	}
	switch strings.ToLower(name) {
	case "content-disposition":
		disposition, parameters, err := mime.ParseMediaType(value)
		if err != nil || disposition != "form-data" || p.name != "" {
			return false
		}
		p.name = parameters["name"]
	case "content-type":
		if p.contentType != "" {
			return false
		}
		p.contentType = strings.TrimSpace(value)
	case "content-transfer-encoding":
		// Other encodings are no longer used in forms (RFC 7578, section 4.7).
		encoding := strings.ToLower(strings.TrimSpace(value))
		return encoding == "binary" || encoding == "8bit" || encoding == "7bit"
	}
	return true
}

func notInName(r rune) bool {
	return r != '-' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
}

func isControl(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }
