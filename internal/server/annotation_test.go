package server_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
)

// The handler is written by hand; the contract's annotation, from which the OpenAPI file
// is made, must state the same route.
func TestRouteIsTheContracts(t *testing.T) {
	method := livenessv1.File_liveness_v1_liveness_service_proto.Services().ByName("LivenessService").Methods().ByName("IssueLivenessToken")
	rule, ok := proto.GetExtension(method.Options(), annotations.E_Http).(*annotations.HttpRule)
	require.True(t, ok)
	require.Equal(t, "*", rule.GetBody(), "the body is the whole request")

	gateway := start(t, issues)
	for path, want := range map[string]int{rule.GetPost(): http.StatusOK, rule.GetPost() + "s": http.StatusNotFound} {
		require.Equal(t, want, gateway.send(t, http.MethodPost, path, `{"flow":"FLOW_SPOKEN_DIGITS"}`,
			"Content-Type", "application/json").httpStatus, path)
	}
}
