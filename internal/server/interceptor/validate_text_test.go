package interceptor

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/durationpb"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/settings"
)

// withText are messages that have a text in one field.
var withText = map[string]func(string) *livenessv1.IssueLivenessTokenRequest{
	"reference": func(s string) *livenessv1.IssueLivenessTokenRequest {
		return &livenessv1.IssueLivenessTokenRequest{Flow: 1, Reference: s}
	},
	"subject_id": func(s string) *livenessv1.IssueLivenessTokenRequest {
		return &livenessv1.IssueLivenessTokenRequest{Flow: 1, SubjectId: s}
	},
	"regions[0]": func(s string) *livenessv1.IssueLivenessTokenRequest {
		return &livenessv1.IssueLivenessTokenRequest{Flow: 1, Regions: []string{s}}
	},
	"accepted_products[0]": func(s string) *livenessv1.IssueLivenessTokenRequest {
		return &livenessv1.IssueLivenessTokenRequest{Flow: 1, AcceptedProducts: []string{s}}
	},
	"comparison.identity_document.name": func(s string) *livenessv1.IssueLivenessTokenRequest {
		return withDocument(&livenessv1.IdentityDocument{Type: 1, Country: "CN", Name: s, Number: "1"})
	},
	"comparison.identity_document.number": func(s string) *livenessv1.IssueLivenessTokenRequest {
		return withDocument(&livenessv1.IdentityDocument{Type: 1, Country: "CN", Name: "n", Number: s})
	},
	"callback.extra_data": func(s string) *livenessv1.IssueLivenessTokenRequest {
		return &livenessv1.IssueLivenessTokenRequest{Flow: 2, Callback: &livenessv1.Callback{ExtraData: &s}}
	},
	"client_metadata": func(s string) *livenessv1.IssueLivenessTokenRequest {
		return &livenessv1.IssueLivenessTokenRequest{Flow: 1, ClientMetadata: &s}
	},
	"device_id": func(s string) *livenessv1.IssueLivenessTokenRequest {
		return &livenessv1.IssueLivenessTokenRequest{Flow: 1, DeviceId: &s}
	},
}

func withDocument(document *livenessv1.IdentityDocument) *livenessv1.IssueLivenessTokenRequest {
	return &livenessv1.IssueLivenessTokenRequest{Flow: 2, Comparison: &livenessv1.Comparison{IdentityDocument: document}}
}

func TestTexts(t *testing.T) {
	const visible = " must not hold control, bidi or invisible characters"
	for field, message := range withText {
		says := field + visible
		extra := field == "callback.extra_data" || field == "client_metadata"
		if extra {
			says = field + " must not hold control characters but tabs and line breaks, nor bidi characters"
		}
		refused := []rune{0, 1, 8, 0x0b, 0x0c, 0x1b, 0x1f, 0x7f, 0x80, 0x85, 0x9f, 0x061c, 0x200e, 0x200f, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069}
		taken := []rune{'a', ' ', 0xa0, 'é', '张', 0x200c, 0x200d, 0xfe0f, 0x1f600, 0x0301}
		others := []rune{'\t', '\r', '\n', 0xad, 0x200b, 0x2028, 0x2029, 0x2060, 0x2064, 0xfeff, 0xfff9, 0xe0041}
		if extra {
			taken = append(taken, others...)
		} else {
			refused = append(refused, others...)
		}
		for _, c := range refused {
			for _, text := range []string{string(c), "a" + string(c) + "b", "ab" + string(c)} {
				require.Contains(t, refusedFor(t, &settings.Settings{}, message(text)), says, "%s %U", field, c)
			}
		}
		for _, c := range taken {
			require.Empty(t, refusedFor(t, &settings.Settings{}, message("a"+string(c)+"b")), "%s %U", field, c)
		}
	}
}

// The fields of a pattern take no line's end at theirs.
func TestTextsWithAPattern(t *testing.T) {
	language := "en\n"
	for _, message := range []*livenessv1.IssueLivenessTokenRequest{
		{Flow: 1, Scenario: "login\n"},
		{Flow: 1, IdempotencyKey: "key\n"},
		{Flow: 3, Capture: &livenessv1.Capture{Language: &language}},
		withDocument(&livenessv1.IdentityDocument{Type: 1, Country: "CN\n", Name: "n", Number: "1"}),
	} {
		require.NotEmpty(t, refusedFor(t, &settings.Settings{}, message))
	}
}

func TestLifetimesThatAreNoDurations(t *testing.T) {
	for _, lifetime := range []*durationpb.Duration{
		{Seconds: 600, Nanos: 1e9},
		{Seconds: 600, Nanos: math.MaxInt32},
		{Seconds: 600, Nanos: -1},
		{Seconds: 601, Nanos: -1e9},
		{Seconds: 600, Nanos: math.MinInt32},
		{Seconds: math.MaxInt64},
		{Seconds: math.MinInt64, Nanos: 1},
		{Seconds: 600, Nanos: 1},
	} {
		require.NotEmpty(t, refusedFor(t, &settings.Settings{}, &livenessv1.IssueLivenessTokenRequest{Flow: 3, TokenLifetime: lifetime}), "%v", lifetime)
	}
	require.Empty(t, refusedFor(t, &settings.Settings{}, &livenessv1.IssueLivenessTokenRequest{Flow: 3, TokenLifetime: &durationpb.Duration{Seconds: 600}}))
}
