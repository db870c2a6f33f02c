package routing_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing"
)

// A refusal of what was not sent is not the caller's fault: another target is tried.
func TestNotSentTriesAnother(t *testing.T) {
	for _, reason := range []providers.Reason{
		providers.NoFaceFound, providers.RequestTooLarge, providers.IDCardNameInvalid, providers.ComparisonAttemptsExceeded,
	} {
		require.False(t, routing.TriesAnother(&providers.Error{Reason: reason}), reason)
		require.True(t, routing.TriesAnother(&providers.Error{Reason: reason, NotSent: true}), reason)
	}
}
