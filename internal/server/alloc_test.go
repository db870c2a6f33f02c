package server_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/admission"
	"github.com/liveness-gateway/gateway/internal/alloctest"
	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/idempotency"
	"github.com/liveness-gateway/gateway/internal/message"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing"
	"github.com/liveness-gateway/gateway/internal/routing/route"
	"github.com/liveness-gateway/gateway/internal/sensitive"
	"github.com/liveness-gateway/gateway/internal/server/rest"
)

func TestAllocations(t *testing.T) { alloctest.Check(t, pieces(t)) }

func BenchmarkPieces(b *testing.B) { alloctest.Benchmark(b, pieces(b)) }

func pieces(tb testing.TB) map[string]alloctest.Piece {
	tb.Helper()
	keeper, err := idempotency.NewKeeper(idempotency.NewMemory(1, 1<<20), make([]byte, 32))
	require.NoError(tb, err)
	outcome := issuedDigits()
	d := dispatcherOf(func(context.Context, *routing.Query) (*routing.Outcome, error) { return outcome, nil },
		keeper, &admission.Controller{})
	routes := rest.New(d, &message.Buffers{}, nil, nil).Handler
	failed := &call.Call{Transport: call.REST, RequestID: "R1", Err: &providers.Error{
		Reason: providers.VendorTimeout, Exchange: providers.Exchange{RequestID: "V1"},
	}}
	failed.Outcome.Attempts = []routing.Attempt{{Target: outcome.Attempts[0].Target, Reason: providers.VendorTimeout, Err: failed.Err}}
	return map[string]alloctest.Piece{
		"error": alloctest.AtMost(29, func() { call.StatusOf(failed) }),
		"a call": alloctest.AtMost(12, func() {
			request := &livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_SPOKEN_DIGITS}
			if c := d.Issue(tb.Context(), request); c.Err != nil {
				tb.Error(c.Err)
			}
		}),
		"a call over REST": alloctest.AtMost(66, func() {
			w := unread{http.Header{}}
			routes.ServeHTTP(w, restCall(tb))
			if w.Header().Get("X-Request-Id") == "" {
				tb.Error("no answer")
			}
		}),
	}
}

func restCall(tb testing.TB) *http.Request {
	tb.Helper()
	body := strings.NewReader(`{"flow":"FLOW_SPOKEN_DIGITS"}`)
	request, err := http.NewRequestWithContext(tb.Context(), http.MethodPost, tokensPath, body)
	require.NoError(tb, err)
	request.Header.Set("Content-Type", "application/json")
	return request
}

// unread is a response that nobody reads.
type unread struct{ header http.Header }

func (u unread) Header() http.Header { return u.header }

func (unread) Write(content []byte) (int, error) { return len(content), nil }

func (unread) WriteHeader(int) {}

func issuedDigits() *routing.Outcome {
	return &routing.Outcome{
		Token: &providers.Token{Value: sensitive.New("token-1"), Client: providers.Client{Digits: sensitive.New("0317")}},
		Attempts: []routing.Attempt{{
			Target: &route.Target{Product: &providers.Product{ID: "acme.digits"}, Account: "acme-cn", Region: "cn"},
			Reason: providers.OK, Duration: 20 * time.Millisecond,
			Exchange: providers.Exchange{Reference: "order-1", RequestID: "V1", HTTPStatus: http.StatusOK},
		}},
	}
}
