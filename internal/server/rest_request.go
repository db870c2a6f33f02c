package server

import (
	"mime"
	"net/http"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

const (
	mediaTypeJSON = "application/json"
	mediaTypeForm = "multipart/form-data"

	// maxJSONBytes and maxFormBytes limit a body: base64 makes 21 MiB of photos 28.
	maxJSONBytes = 28 << 20
	maxFormBytes = maxMessageBytes

	// The parts of a form: the request as JSON, and the photos one by one.
	partRequest = "request"
	partPhotos  = "photos"
)

// bodyForm is how a body is encoded.
type bodyForm struct {
	mediaType string
	// boundary is that of a form.
	boundary string
}

// bodyFormOf returns how the body is encoded; false if that is nothing the route takes. A
// type must be named: forms of other sites could be sent without.
func bodyFormOf(header http.Header) (form bodyForm, ok bool) {
	if encoding := header.Get("Content-Encoding"); encoding != "" && encoding != "identity" {
		return bodyForm{}, false
	}
	contentType := header.Get("Content-Type")
	if contentType == mediaTypeJSON {
		return bodyForm{mediaType: mediaTypeJSON}, true
	}
	mediaType, parameters, err := mime.ParseMediaType(contentType)
	if err != nil {
		return bodyForm{}, false
	}
	form = bodyForm{mediaType, parameters["boundary"]}
	isForm := mediaType == mediaTypeForm && form.boundary != "" && len(form.boundary) <= maxBoundary
	return form, isForm || mediaType == mediaTypeJSON
}

// readRequest reads the message of a call that has been admitted.
func (s *Service) readRequest(w http.ResponseWriter, r *http.Request, call *Call, form bodyForm) *providers.Error {
	limit := maxJSONBytes
	if form.mediaType == mediaTypeForm {
		limit = maxFormBytes
	}
	body, refused := s.readBody(w, r, call, limit)
	if refused != nil {
		return refused
	}
	if form.mediaType == mediaTypeForm {
		refused = call.readForm(body, form.boundary)
	} else {
		refused = call.readJSON(body)
	}
	if refused != nil {
		return refused
	}
	return mergeIdempotencyKey(call.Request, r.Header)
}

// readJSON reads the message and its photos from a body that lies in the call's memory.
// The body is changed.
func (c *Call) readJSON(body []byte) *providers.Error {
	var cuts []cut
	var photos []sensitive.Bytes
	if len(body) > copiedBytes {
		body, cuts, photos = cutPhotos(body, c.memory.Memory)
	}
	message, refused := decodeJSON(body, cuts)
	if refused != nil {
		return refused
	}
	c.Request, c.photos = message, takePhotos(message)
	for i, photo := range photos {
		if !photo.IsZero() {
			c.photos[i] = photo
		}
	}
	return nil
}

// readForm reads the message from the one part and the photos from the others.
func (c *Call) readForm(body []byte, boundary string) *providers.Error {
	parts, refused := splitForm(body, boundary)
	if refused != nil {
		return refused
	}
	var request *part
	var photos [][]byte
	for i := range parts {
		p := &parts[i]
		switch {
		case p.name == partPhotos:
			photos = append(photos, p.content)
		case p.name != partRequest:
			return unknownPart(p.name)
		case request != nil:
			return invalidRequest(partRequest, "stands in the form twice")
		case !isJSON(p.contentType):
			return invalidRequest(partRequest, "must be "+mediaTypeJSON)
		default:
			request = p
		}
	}
	if request == nil {
		return invalidRequest(partRequest, "is missing in the form")
	}
	if refused := c.readJSON(request.content); refused != nil || len(photos) == 0 {
		return refused
	}
	return c.addPhotos(photos)
}

// isJSON reports whether the part may hold the request: forms of text name no type.
func isJSON(contentType string) bool {
	mediaType, _, err := mime.ParseMediaType(contentType)
	return contentType == "" || err == nil && mediaType == mediaTypeJSON
}

// unknownPart names a part only if it is named as a field can be: another name is the
// caller's content.
func unknownPart(name string) *providers.Error {
	if !fieldKey.MatchString(name) {
		name = ""
	}
	return invalidRequest(providers.Path(name), "is not a part of the form, which has "+partRequest+" and "+partPhotos)
}

// addPhotos adds photos, which lie in the call's memory, to a message without any.
func (c *Call) addPhotos(photos [][]byte) *providers.Error {
	if len(c.photos) > 0 {
		return invalidRequest(providers.FieldPhotos.Path(), "stand in the part "+partRequest+" and in parts of their own")
	}
	if c.Request.GetComparison() == nil {
		c.Request.Comparison = &livenessv1.Comparison{}
	}
	for _, photo := range photos {
		c.photos = append(c.photos, sensitive.Borrow(c.memory.Memory, photo))
		// The message may be kept for longer than the memory.
		content := append([]byte{}, standIn(photo)...)
		c.Request.Comparison.Photos = append(c.Request.Comparison.Photos, &livenessv1.Photo{Content: content})
	}
	return nil
}
