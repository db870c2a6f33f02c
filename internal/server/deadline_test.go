package server_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing"
)

const (
	defaultDeadline = 8 * time.Second
	maxDeadline     = 30 * time.Second
)

// timed is an issuer that notes when it was called and how long it was given.
type timed struct{ called, deadline time.Time }

func (d *timed) Issue(ctx context.Context, query *routing.Query) (*routing.Outcome, error) {
	d.called = time.Now()
	d.deadline, _ = ctx.Deadline()
	return issues(ctx, query)
}

// requireBudget checks that the budget ran from some time between the call's start and
// the issuer's. A client rounds what it sends to the microsecond.
func (d *timed) requireBudget(t *testing.T, started time.Time, budget time.Duration) {
	t.Helper()
	require.False(t, d.called.IsZero(), "the issuer was not called")
	require.WithinRange(t, d.deadline, started.Add(budget), d.called.Add(budget+time.Microsecond))
}

func TestDeadlineOverGRPC(t *testing.T) {
	d := &timed{}
	g := start(t, d.Issue)
	request := &livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_APP_SDK}
	for name, c := range map[string]struct{ asked, want time.Duration }{
		"the caller's": {5 * time.Second, 5 * time.Second},
		"too long":     {time.Hour, maxDeadline},
	} {
		t.Run(name, func(t *testing.T) {
			*d = timed{}
			started := time.Now()
			ctx, cancel := context.WithTimeout(t.Context(), c.asked)
			defer cancel()
			require.NotNil(t, g.invoke(ctx, t, issueMethod, request).response)
			d.requireBudget(t, started, c.want)
		})
	}
	t.Run("none", func(t *testing.T) {
		*d = timed{}
		started := time.Now()
		require.NotNil(t, g.invoke(context.Background(), t, issueMethod, request).response)
		d.requireBudget(t, started, defaultDeadline)
	})
}

func TestDeadlineOverREST(t *testing.T) {
	d := &timed{}
	g := start(t, d.Issue)
	for header, want := range map[string]time.Duration{
		"":          defaultDeadline,
		"5S":        5 * time.Second,
		"30S":       maxDeadline,
		"31S":       maxDeadline,
		"1H":        maxDeadline,
		"99999999H": maxDeadline,
		"1M":        maxDeadline,
		"1500m":     1500 * time.Millisecond,
		"00000100m": 100 * time.Millisecond,
		"2500000u":  2500 * time.Millisecond,
		"99999999n": 99999999 * time.Nanosecond,
		"0S":        0,
		"0H":        0,
	} {
		t.Run("Grpc-Timeout "+header, func(t *testing.T) {
			*d = timed{}
			started := time.Now()
			g.post(t, `{"flow": "FLOW_APP_SDK"}`, "Grpc-Timeout", header)
			d.requireBudget(t, started, want)
		})
	}
}

func TestMalformedTimeoutHeader(t *testing.T) {
	d := &timed{}
	g := start(t, d.Issue)
	for _, header := range []string{"5", "S", "5s", "5 S", "-5S", "+5S", "5.5S", "0x5S", "1_0S", "100000000S", "5SS", "٥S", "soon"} {
		t.Run(header, func(t *testing.T) {
			r := g.post(t, `{"flow": "FLOW_APP_SDK"}`, "Grpc-Timeout", header)
			require.Equal(t, http.StatusBadRequest, r.httpStatus)
			require.Equal(t, "INVALID_REQUEST", requireFailure(t, r).info.GetReason())
			require.Contains(t, r.status.GetMessage(), "Grpc-Timeout")
		})
	}
	require.True(t, d.called.IsZero(), "the issuer was called")
}

// waits is an issuer that never answers before its context ends.
func waits(called chan<- struct{}) issuer {
	return func(ctx context.Context, _ *routing.Query) (*routing.Outcome, error) {
		close(called)
		<-ctx.Done()
		reason := providers.DeadlineTooShort
		if errors.Is(ctx.Err(), context.Canceled) {
			reason = providers.CallerCancelled
		}
		return &routing.Outcome{}, &providers.Error{Reason: reason}
	}
}

func TestCallerGoesAwayOverGRPC(t *testing.T) {
	called := make(chan struct{})
	g := start(t, waits(called))
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-called; cancel() }()
	r := g.invoke(ctx, t, issueMethod, &livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_APP_SDK})
	require.Equal(t, codes.Canceled, r.code())
	requireCancelled(t, <-g.calls)
}

func TestCallerGoesAwayOverREST(t *testing.T) {
	called := make(chan struct{})
	g := start(t, waits(called))
	conn, err := net.Dial("tcp", g.restAddress)
	require.NoError(t, err)
	_, err = conn.Write([]byte(strings.Join([]string{
		"POST /v1/liveness-tokens HTTP/1.1", "Host: gateway", "Content-Type: application/json",
		"Content-Length: 24", "", `{"flow": "FLOW_APP_SDK"}`,
	}, "\r\n")))
	require.NoError(t, err)
	<-called
	require.NoError(t, conn.Close())
	requireCancelled(t, <-g.calls)
}

func requireCancelled(t *testing.T, o observed) {
	t.Helper()
	require.Equal(t, providers.CallerCancelled, o.Reason)
	require.Equal(t, 499, o.HTTPStatus)
}
