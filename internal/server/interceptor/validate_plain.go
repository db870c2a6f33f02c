package interceptor

import (
	"strings"

	"google.golang.org/protobuf/proto"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
)

// plain reports whether a message is small and keeps the contract's rules beyond doubt: it
// has none of the fields that hold messages, and plain texts in the others. Such a message is
// not shown to the library, which interprets the rules: that takes a seventh of a small call
// (BenchmarkValidate; go run ./bench, lanes grpc-small). What is plain may be narrower than
// the rules, but no wider: FuzzPlain.
func plain(m proto.Message) bool {
	r, ok := m.(*livenessv1.IssueLivenessTokenRequest)
	return ok && r.GetComparison() == nil && r.GetCallback() == nil && r.GetTokenLifetime() == nil && r.GetCapture() == nil && r.GetDetection() == 0 &&
		livenessv1.Flow_FLOW_APP_SDK <= r.GetFlow() && r.GetFlow() <= livenessv1.Flow_FLOW_SPOKEN_DIGITS &&
		keyBytes.hold(r.GetIdempotencyKey()) && len(r.GetIdempotencyKey()) <= 128 &&
		scenarioBytes.hold(r.GetScenario()) && len(r.GetScenario()) <= 64 &&
		plainNames(r.GetAcceptedProducts()) && plainNames(r.GetRegions()) &&
		textBytes.hold(r.GetSubjectId()) && len(r.GetSubjectId()) <= 128 &&
		textBytes.hold(r.GetReference()) && len(r.GetReference()) <= 128
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
