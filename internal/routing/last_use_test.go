package routing

import (
	"context"
	"errors"
	"net/http/httptrace"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing/route"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// matching is a product that compares photos.
var matching = providers.Product{ID: sdk.ID, Flows: sdk.Flows, Honours: providers.FieldSet(providers.FieldPhotos)}

// sends is a target that sends a request, as net/http would tell, and issues a token but
// for the first time.
func sends(account string, err error) route.Target {
	t, _ := hiccup(account)
	t.Product = &matching
	next := t.Issuer
	t.Issuer = answering(func(ctx context.Context, call providers.Call) (*providers.Token, error) {
		if trace := httptrace.ContextClientTrace(ctx); trace != nil {
			trace.WroteRequest(httptrace.WroteRequestInfo{Err: err})
		}
		return next.Issue(ctx, call)
	})
	return t
}

// withPhoto is a query with a photo of that length, and how often it was released.
func withPhoto(bytes int) (q *Query, releasePhotos *int) {
	q, releasePhotos = query(), new(int)
	q.Request.Photos = []sensitive.Bytes{sensitive.NewBytes(make([]byte, bytes))}
	q.ReleasePhotos = func() { *releasePhotos++ }
	return q, releasePhotos
}

func TestPhotosAreReleasedOnceSent(t *testing.T) {
	const large = maxRetainedBytes + 1
	outOfService := sends("b", nil)
	outOfService.OutOfService = "contract ended"
	twoCredentials := sends("a", nil)
	twoCredentials.Credentials = []string{"old", "new"}
	once := guarded([]route.Route{{
		Flow: providers.FlowAppSDK, MaxAttempts: 1, Targets: []route.Target{sends("a", nil), target("b", of(&matching))},
	}}, ignore)
	for name, c := range map[string]struct {
		router        *Router
		bytes         int
		releasePhotos int
		attempts      int
	}{
		"one target":             {router(sends("a", nil)), large, 1, 1},
		"another out of service": {router(sends("a", nil), outOfService), large, 1, 1},
		"the last attempt":       {once, large, 1, 1},
		"not sent whole":         {router(sends("a", errors.New("reset"))), large, 0, 2},
		"few photos":             {router(sends("a", nil)), 1 << 20, 0, 2},
		"another target":         {router(sends("a", nil), target("b", of(&matching))), large, 0, 2},
		"another credential":     {router(twoCredentials), large, 0, 2},
		"no photos":              {router(sends("a", nil)), 0, 0, 2},
	} {
		t.Run(name, func(t *testing.T) {
			q, releasePhotos := withPhoto(c.bytes)
			outcome, _ := issue(t, c.router, q)
			require.Equal(t, c.releasePhotos, *releasePhotos)
			require.Len(t, outcome.Attempts, c.attempts)
			require.Zero(t, c.router.retained.Load())
		})
	}
}

// What is retained for a retry is bounded over all calls, and is released.
func TestPhotosAreRetainedUpToABound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := target("a", of(&matching))
		a.Issuer = answering(func(ctx context.Context, _ providers.Call) (*providers.Token, error) {
			if trace := httptrace.ContextClientTrace(ctx); trace != nil {
				trace.WroteRequest(httptrace.WroteRequestInfo{})
			}
			time.Sleep(time.Second)
			return &providers.Token{Value: sensitive.New("token")}, nil
		})
		r := router(a)
		ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
		defer cancel()
		var releasePhotos []int
		for range 4 {
			q, n := withPhoto(maxRetainedBytes / 3)
			go func() { _, _ = r.Issue(ctx, q) }()
			synctest.Wait()
			releasePhotos = append(releasePhotos, *n)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		require.Equal(t, []int{0, 0, 0, 1}, releasePhotos)
		require.Zero(t, r.retained.Load())
	})
}

// net/http may still be writing when the vendor has answered.
func TestPhotosSentTooLateAreNotReleased(t *testing.T) {
	var sent func(httptrace.WroteRequestInfo)
	a := target("a", of(&matching))
	next := a.Issuer
	a.Issuer = answering(func(ctx context.Context, call providers.Call) (*providers.Token, error) {
		if sent == nil {
			sent = httptrace.ContextClientTrace(ctx).WroteRequest
			return nil, &providers.Error{Reason: providers.VendorInternalError}
		}
		sent(httptrace.WroteRequestInfo{}) // the first request, whose attempt is over
		return next.Issue(ctx, call)
	})
	q, releasePhotos := withPhoto(maxRetainedBytes + 1)
	outcome, _ := issue(t, router(a), q)
	require.Len(t, outcome.Attempts, 2)
	require.Zero(t, *releasePhotos)
}
