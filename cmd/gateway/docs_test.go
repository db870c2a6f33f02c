package main

import (
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/gen"
)

// What the form of the API page is filled in with is sent to the origin of the page that
// the sandbox names, as a browser does.
func TestExampleOfTheAPIPageWorksInTheSandbox(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	output, ended := &lockedBuffer{}, make(chan error, 1)
	go func() { ended <- run(ctx, []string{"sandbox"}, output, &lockedBuffer{}) }()
	printed := regexp.MustCompile(`(http://\S+)/docs\b`)
	require.Eventually(t, func() bool { return printed.MatchString(output.String()) }, 10*time.Second, time.Millisecond)
	origin := printed.FindStringSubmatch(output.String())[1]

	var spec struct {
		Definitions map[string]struct{ Example json.RawMessage }
	}
	require.NoError(t, json.Unmarshal([]byte(gen.OpenAPI()), &spec))
	example := spec.Definitions["liveness.v1.IssueLivenessTokenRequest"].Example
	status, answer := postBody(t, origin+"/v1/liveness-tokens", example)
	require.Equal(t, http.StatusOK, status, "%s", answer)
	stop()
	require.NoError(t, <-ended)
}
