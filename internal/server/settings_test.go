package server_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/admission"
	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/callers"
	"github.com/liveness-gateway/gateway/internal/permissions"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/settings"
)

// A call is held to the configuration under which it began: one that comes in between neither
// gives it more nor takes anything away.
func TestCallKeepsItsSettings(t *testing.T) {
	d := dispatcherOf(issues, newKeeper(t), &admission.Controller{})
	method, ok := d.Method(livenessv1.LivenessService_IssueLivenessToken_FullMethodName)
	require.True(t, ok)
	strict := &settings.Settings{Permissions: map[string]*permissions.Permissions{"": {Flows: []providers.Flow{providers.FlowHostedPage}}}}
	for _, c := range []struct {
		began, then *settings.Settings
		want        providers.Reason
	}{{strict, nil, providers.CallerNotAllowed}, {nil, strict, providers.OK}} {
		d.Use(c.began)
		ended := call.New(call.GRPC)
		d.Authenticate(t.Context(), ended, callers.Shown{})
		d.Use(c.then)
		_, _ = method.Handle(call.With(t.Context(), ended), &livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_APP_SDK})
		require.Equal(t, c.want, ended.Reason())
	}
}
