package routing

import (
	"context"
	"net/http/httptrace"
	"sync/atomic"

	"github.com/liveness-gateway/gateway/internal/routing/route"
)

// maxRetainedBytes bounds the photos, of all calls together, that are retained for nothing
// but a retry on the same target. At a vendor that is slow to answer, calls without another
// target would fill the memory with photos that were sent long ago.
const maxRetainedBytes = 16 << 20

// lastUse is an attempt whose target is the only one that a call's photos could be sent
// to. The nil one is any other attempt.
type lastUse struct {
	// retained counts the photos' bytes until the attempt has ended, nil if the call
	// releases them as soon as they are sent.
	retained      *atomic.Int64
	bytes         int64
	releasePhotos func()
	// over is set by whoever comes first: the end of the attempt, or of the sending.
	over atomic.Bool
}

// lastUse says whether the step's attempt is the last use of the photos. It must be
// ended.
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

// mayAttemptAfter reports whether a failed attempt on the target may be followed by one on
// another target, or with another of its credentials.
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

// watch returns ctx for the attempt's request. net/http tells when it has been sent, and
// never sends it again once any of it was.
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
