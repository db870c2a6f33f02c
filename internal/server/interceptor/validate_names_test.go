package interceptor

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/call"
)

// namesOfAllKinds are names of which each may be good or bad.
var namesOfAllKinds = []string{
	"", "a", "megvii.app-v5", strings.Repeat("p", 64), strings.Repeat("p", 65), strings.Repeat("é", 64), strings.Repeat("é", 65), "a\nb", "a\u202eb", "a\u200db", "a\u00adb", "a\u2028b", strings.Repeat("\n", 65),
}

// What is said of names without asking the rules is what the rules say of them.
func TestBadNameSaysWhatTheRulesSay(t *testing.T) {
	validator, err := newValidator()
	require.NoError(t, err)
	for _, name := range namesOfAllKinds {
		request := &livenessv1.IssueLivenessTokenRequest{Flow: 1, Regions: []string{name}}
		err := validator.Validate(request)
		if err == nil {
			require.Empty(t, badName(name), "%q", name)
			continue
		}
		failure := ruleBroken(err)
		require.Equal(t, failure.Violations[0].Description, badName(name), "%q", name)
		require.Equal(t, "regions[0]", string(failure.Violations[0].Path))
	}
}

func TestViolationsAreBounded(t *testing.T) {
	for name, request := range map[string]*livenessv1.IssueLivenessTokenRequest{
		"products":              {Flow: 1, AcceptedProducts: make([]string, 64)},
		"products and regions":  {AcceptedProducts: make([]string, 10), Regions: make([]string, 64)},
		"fewer, and the others": {AcceptedProducts: make([]string, 15), Scenario: "A", Reference: strings.Repeat("r", 129), Comparison: &livenessv1.Comparison{}},
	} {
		t.Run(name, func(t *testing.T) {
			refused := validateMessage(call.With(t.Context(), call.New(call.GRPC)), request)
			require.Len(t, refused.Violations, maxViolations)
		})
	}
}
