package interceptor

import (
	"strings"

	"google.golang.org/protobuf/proto"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
)

// plain reports whether a message certainly keeps the contract's rules: plain texts, photos, plain
// URLs, and none of the rarer fields. Such a message is spared the validator, which interprets the
// rules and takes a seventh of a small call, and 6 % of one with photos (BenchmarkValidate; go run
// ./bench -baseline). Plain may be narrower than the rules but never wider: FuzzPlain checks that.
func plain(m proto.Message) bool {
	r, ok := m.(*livenessv1.IssueLivenessTokenRequest)
	return ok && r.GetTokenLifetime() == nil && r.GetCapture() == nil && r.GetDetection() == 0 &&
		r.ClientMetadata == nil && r.DeviceId == nil &&
		livenessv1.Flow_FLOW_APP_SDK <= r.GetFlow() && r.GetFlow() <= livenessv1.Flow_FLOW_SPOKEN_DIGITS &&
		keyBytes.hold(r.GetIdempotencyKey()) && len(r.GetIdempotencyKey()) <= 128 &&
		scenarioBytes.hold(r.GetScenario()) && len(r.GetScenario()) <= 64 &&
		plainNames(r.GetAcceptedProducts()) && plainNames(r.GetRegions()) &&
		textBytes.hold(r.GetSubjectId()) && len(r.GetSubjectId()) <= 128 &&
		textBytes.hold(r.GetReference()) && len(r.GetReference()) <= 128 &&
		plainComparison(r.GetComparison()) && plainCallback(r.GetCallback())
}

func plainComparison(c *livenessv1.Comparison) bool {
	if c == nil {
		return true
	}
	for _, photo := range c.GetPhotos() {
		if len(photo.GetContent()) == 0 {
			return false
		}
	}
	return 1 <= len(c.GetPhotos()) && len(c.GetPhotos()) <= 3 && c.GetIdentityDocument() == nil && c.GetMultipleFaces() == 0
}

// plainCallback leaves hosts to badCallbacks.
func plainCallback(c *livenessv1.Callback) bool {
	return c == nil || plainURL(c.ReturnUrl) && plainURL(c.NotifyUrl) && c.ExtraData == nil
}

func plainURL(u *string) bool {
	if u == nil {
		return true
	}
	rest, https := strings.CutPrefix(*u, "https://")
	host, path, slash := strings.Cut(rest, "/")
	return https && slash && host != "" && hostBytes.hold(host) && pathBytes.hold(path) && len(*u) <= 1024
}

func plainNames(names []string) bool {
	for _, name := range names {
		if len(name) < 1 || len(name) > 64 || !textBytes.hold(name) {
			return false
		}
	}
	return len(names) <= 16
}

// byteSet is a set of bytes.
type byteSet [256]bool

const alphanumeric = "abcdefghijklmnopqrstuvwxyz0123456789"

var (
	scenarioBytes = byteSetOf(alphanumeric + "-")
	keyBytes      = byteSetOf(alphanumeric + strings.ToUpper(alphanumeric) + "._:-")
	textBytes     = byteSetOf(alphanumeric + strings.ToUpper(alphanumeric) + "._:-@+/=~ ")
	hostBytes     = byteSetOf(alphanumeric + "-.")
	pathBytes     = byteSetOf(alphanumeric + strings.ToUpper(alphanumeric) + "._-~/")
)

func byteSetOf(text string) *byteSet {
	var set byteSet
	for _, b := range []byte(text) {
		set[b] = true
	}
	return &set
}

// hold reports whether the set has all bytes of the text.
func (s *byteSet) hold(text string) bool {
	for i := range len(text) {
		if !s[text[i]] {
			return false
		}
	}
	return true
}
