package routing

import (
	"context"
	"net/http/httptrace"
	"sync/atomic"
)

// maxKeptBytes is what photos may come to together that are kept for nothing but a retry
// on the same target. At a vendor that is slow to answer, calls without another target
// would fill the memory with photos that were sent long ago.
const maxKeptBytes = 16 << 20

// lastUse is an attempt whose target is the only one that a call's photos could be sent
// to. The nil one is any other attempt.
type lastUse struct {
	// kept counts the photos' bytes until the attempt has ended, nil if the call lets go
	// of them as soon as they are sent.
	kept  *atomic.Int64
	bytes int64
	letGo func()
	// over is set by whoever comes first: the end of the attempt, or of the sending.
	over atomic.Bool
}

// lastUse says whether the step's attempt is the last use of the photos. It must be
// ended.
func (c *call) lastUse(s step) *lastUse {
	bytes := int64(c.request.PhotoBytes())
	if bytes == 0 || c.letGo == nil || c.otherMayServe(s.target) {
		return nil
	}
	if c.kept.Add(bytes) <= maxKeptBytes {
		return &lastUse{kept: c.kept, bytes: bytes}
	}
	c.kept.Add(-bytes)
	return &lastUse{letGo: c.letGo}
}

// otherMayServe reports whether the call could go on, after an attempt on the target,
// with another one or with another of its credentials.
func (c *call) otherMayServe(than *Target) bool {
	if len(c.outcome.Attempts)+1 >= c.plan.route.MaxAttempts {
		return false
	}
	for _, target := range c.plan.targets {
		inService := target != than && target.OutOfService == "" && !c.mayHaveServed(target.Account)
		if inService && (c.attempts(target) == 0 || c.mayPass(target)) {
			return true
		}
	}
	return len(than.Credentials) > len(c.refusedCredentials(than.Account))+1
}

// watch returns ctx for the attempt's request. net/http tells when it has been sent, and
// never sends it again once any of it was.
func (u *lastUse) watch(ctx context.Context) context.Context {
	if u == nil || u.letGo == nil {
		return ctx
	}
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		WroteRequest: func(info httptrace.WroteRequestInfo) {
			if info.Err == nil && !u.over.Swap(true) {
				u.letGo()
			}
		},
	})
}

// end reports whether the photos are gone.
func (u *lastUse) end() (gone bool) {
	switch {
	case u == nil:
		return false
	case u.letGo == nil:
		u.kept.Add(-u.bytes)
		return false
	default:
		return u.over.Swap(true)
	}
}
