package interceptor

import (
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
)

// plain reports whether a message keeps the contract's rules beyond doubt, as nearly every
// one does. The library, which interprets the rules, need not look at those: it costs a
// seventh of a small call. What is plain may be narrower than the rules, but no
// wider.
func plain(m proto.Message) bool {
	r, ok := m.(*livenessv1.IssueLivenessTokenRequest)
	return ok && keyBytes.hold(r.GetIdempotencyKey()) && len(r.GetIdempotencyKey()) <= 128 &&
		among(r.GetFlow(), livenessv1.Flow_FLOW_APP_SDK, livenessv1.Flow_FLOW_SPOKEN_DIGITS) &&
		scenarioBytes.hold(r.GetScenario()) && len(r.GetScenario()) <= 64 &&
		plainNames(r.GetAcceptedProducts()) &&
		plainNames(r.GetRegions()) &&
		len(r.GetSubjectId()) <= 512 &&
		len(r.GetReference()) <= 128 &&
		plainComparison(r.GetComparison()) &&
		plainCallback(r.GetCallback()) &&
		plainLifetime(r.GetTokenLifetime()) &&
		plainCapture(r.GetCapture()) &&
		among(r.GetDetection(), livenessv1.Detection_DETECTION_UNSPECIFIED, livenessv1.Detection_DETECTION_BANK_CARD_OCR)
}

func plainNames(names []string) bool {
	for _, name := range names {
		if len(name) < 1 || len(name) > 64 {
			return false
		}
	}
	return len(names) <= 64
}

func plainComparison(c *livenessv1.Comparison) bool {
	for _, photo := range c.GetPhotos() {
		if len(photo.GetContent()) == 0 {
			return false
		}
	}
	document := c.GetIdentityDocument()
	return c == nil || (plainDocument(document) || document == nil && len(c.GetPhotos()) > 0) && len(c.GetPhotos()) <= 3 &&
		among(c.GetMultipleFaces(), livenessv1.MultipleFaces_MULTIPLE_FACES_UNSPECIFIED, livenessv1.MultipleFaces_MULTIPLE_FACES_USE_LARGEST)
}

func plainDocument(d *livenessv1.IdentityDocument) bool {
	return among(d.GetType(), livenessv1.IdentityDocumentType_IDENTITY_DOCUMENT_TYPE_IDENTITY_CARD,
		livenessv1.IdentityDocumentType_IDENTITY_DOCUMENT_TYPE_RESIDENCE_PERMIT) &&
		len(d.GetCountry()) == 2 && capitals.hold(d.GetCountry()) && d.GetName() != "" && d.GetNumber() != ""
}

func plainCallback(c *livenessv1.Callback) bool {
	return c == nil || (c.ReturnUrl == nil || plainURL(c.GetReturnUrl())) &&
		(c.NotifyUrl == nil || plainURL(c.GetNotifyUrl())) &&
		len(c.GetExtraData()) <= 4096
}

func plainURL(url string) bool {
	rest, ok := strings.CutPrefix(url, "https://")
	if !ok {
		rest, ok = strings.CutPrefix(url, "http://")
	}
	host, path, _ := strings.Cut(rest, "/")
	return ok && host != "" && hostBytes.hold(host) && pathBytes.hold(path)
}

func plainLifetime(d *durationpb.Duration) bool {
	return d == nil || among(d.GetSeconds(), 60, 86400) && d.GetNanos() == 0
}

func plainCapture(c *livenessv1.Capture) bool {
	return c == nil || (c.MaxUploads == nil || among(c.GetMaxUploads(), 2, 5)) &&
		(c.FlashColors == nil || c.GetFlashColors() == 4 || c.GetFlashColors() == 6 || c.GetFlashColors() == 8) &&
		(c.Language == nil || len(c.GetLanguage()) == len("en") && letters.hold(c.GetLanguage()))
}

func among[T ~int32 | ~int64](value, first, last T) bool { return first <= value && value <= last }

// byteSet is a set of bytes.
type byteSet [256]bool

const (
	lower   = "abcdefghijklmnopqrstuvwxyz"
	upper   = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	decimal = "0123456789"
)

var (
	letters       = byteSetOf(lower, upper)
	capitals      = byteSetOf(upper)
	keyBytes      = byteSetOf(lower, upper, decimal, "._:-")
	scenarioBytes = byteSetOf(lower, decimal, "-")
	hostBytes     = byteSetOf(lower, upper, decimal, ".-")
	// pathBytes are some of those that RFC 3986 allows in a path and in a query.
	pathBytes = byteSetOf(lower, upper, decimal, "-._~/?=&")
)

func byteSetOf(texts ...string) *byteSet {
	var set byteSet
	for _, b := range []byte(strings.Join(texts, "")) {
		set[b] = true
	}
	return &set
}

// hold reports whether the set has all bytes of the text.
func (s *byteSet) hold(text string) bool {
	for _, b := range []byte(text) { // without a copy
		if !s[b] {
			return false
		}
	}
	return true
}
