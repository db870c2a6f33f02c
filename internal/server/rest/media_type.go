package rest

import (
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/liveness-gateway/gateway/internal/message"
	"github.com/liveness-gateway/gateway/internal/providers"
)

const (
	mediaTypeJSON = "application/json"
	mediaTypeForm = "multipart/form-data"
)

// bodyType returns the media type of the body, and the boundary of a form. Both are empty if no
// route takes the body. The type must be stated: a page of another site could send a form
// without one.
func bodyType(header http.Header) (mediaType, boundary string) {
	if isCompressed(header) || twice(header, headerContentType) {
		return "", ""
	}
	contentType := header.Get(headerContentType)
	if contentType == mediaTypeJSON {
		return mediaTypeJSON, ""
	}
	mediaType, parameters, err := mime.ParseMediaType(contentType)
	boundary = parameters["boundary"]
	switch {
	case err != nil, !inUTF8(parameters["charset"]):
		return "", ""
	case mediaType == mediaTypeForm && boundary != "" && len(boundary) <= message.MaxBoundary:
		return mediaTypeForm, boundary
	case mediaType == mediaTypeJSON:
		return mediaTypeJSON, ""
	default:
		return "", ""
	}
}

// isCompressed reports whether the header names a coding other than "identity".
func isCompressed(header http.Header) bool {
	return slices.ContainsFunc(header[headerContentEncoding], func(encoding string) bool {
		return encoding != "" && !strings.EqualFold(encoding, "identity")
	})
}

// twice reports whether a header is there twice that may be there once: a proxy in front may have
// read the other one.
func twice(header http.Header, name string) bool { return len(header[name]) > 1 }

// bodyRefused says what in the header keeps the body from being taken.
func bodyRefused(r *http.Request) *providers.Error {
	mediaType, parameters, _ := mime.ParseMediaType(r.Header.Get(headerContentType))
	switch {
	case isCompressed(r.Header):
		return methodUnknown("the body must not be compressed: Content-Encoding is not taken")
	case twice(r.Header, headerContentType):
		return methodUnknown("the header Content-Type is there twice")
	case (mediaType == mediaTypeJSON || mediaType == mediaTypeForm) && !inUTF8(parameters["charset"]):
		return methodUnknown("the charset of the body must be UTF-8")
	default:
		return methodUnknown("the body must be application/json or multipart/form-data with a boundary")
	}
}

// inUTF8 reports whether text with that charset is UTF-8, as all JSON between systems is
// (RFC 8259, section 8.1).
func inUTF8(charset string) bool {
	switch strings.ToLower(charset) {
	case "", "utf-8", "utf8", "us-ascii":
		return true
	default:
		return false
	}
}
