package routing

import (
	"context"
	"net/http/httptrace"
	"sync/atomic"

	"github.com/liveness-gateway/gateway/internal/routing/route"
)

// maxRetainedBytes bounds the photos of all calls that are retained only for a retry on the same target.
// With a vendor that is slow to answer, calls without another target would otherwise fill the memory
// with photos that were sent long ago.
const maxRetainedBytes = 16 << 20

// lastUse is an attempt on the only target to which the call's photos could be sent. For any other
// attempt it is nil.
type lastUse struct {
	// retained counts the photos' bytes until the attempt has ended, nil if the call
	// releases them as soon as they are sent.
	retained      *atomic.Int64
	bytes         int64
	releasePhotos func()
	// over is set when the attempt ends or the photos have been sent, whichever is first.
	over atomic.Bool
}

// lastUse returns the step's attempt as the last use of the photos, nil if it is not. It must be ended.
func (c *call) lastUse(s *step) *lastUse {
	bytes := int64(c.query.Request.PhotoBytes())
	if bytes == 0 || c.query.ReleasePhotos == nil || c.mayAttemptAfter(s.target) {
		return nil
	}
	if c.retained.Add(bytes) <= maxRetainedBytes {
		return &lastUse{retained: c.retained, bytes: bytes}
	}
	c.retained.Add(-bytes)
	return &lastUse{releasePhotos: c.query.ReleasePhotos}
}

// mayAttemptAfter reports whether, if an attempt on the target fails, there may be another with a
// different target or credential.
func (c *call) mayAttemptAfter(than *route.Target) bool {
	more := len(than.Credentials) > len(c.refusedCredentials(than.Account))+1
	if more && len(c.outcome.Attempts)+1 < 2*c.plan.Route.MaxAttempts {
		return true
	}
	if c.countedAttempts()+1 >= c.plan.Route.MaxAttempts {
		return false
	}
	for _, target := range c.plan.Targets {
		inService := target != than && target.OutOfService == "" && !c.ambiguousOn(target.Account)
		if inService && (c.attempts(target) == 0 || c.retryable(target)) {
			return true
		}
	}
	return false
}

// watch returns ctx for the attempt's request, with a trace by which net/http says when it has been sent.
// Once any of it has been, net/http does not send it again.
func (u *lastUse) watch(ctx context.Context) context.Context {
	if u == nil || u.releasePhotos == nil {
		return ctx
	}
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		WroteRequest: func(info httptrace.WroteRequestInfo) {
			if info.Err == nil && !u.over.Swap(true) {
				u.releasePhotos()
			}
		},
	})
}

// end reports whether the photos were released.
func (u *lastUse) end() (released bool) {
	switch {
	case u == nil:
		return false
	case u.releasePhotos == nil:
		u.retained.Add(-u.bytes)
		return false
	default:
		return u.over.Swap(true)
	}
}
