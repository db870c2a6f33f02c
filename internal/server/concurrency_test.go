package server_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/routing"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// Calls at the same time get each its own answer, on both transports.
func TestConcurrentCalls(t *testing.T) {
	g := start(t, func(ctx context.Context, query *routing.Query) (*routing.Outcome, error) {
		outcome, err := issues(ctx, query)
		outcome.Token.Value = sensitive.New("token of " + query.Request.Reference)
		return outcome, err
	})
	for transport, send := range g.transports() {
		t.Run(transport, func(t *testing.T) {
			var calls sync.WaitGroup
			for i := range 50 {
				calls.Go(func() {
					reference := fmt.Sprint("order-", i)
					r := send(t, &livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_APP_SDK, Reference: reference})
					assert.Equal(t, "token of "+reference, r.response.GetToken())
				})
			}
			calls.Wait()
		})
	}
}
