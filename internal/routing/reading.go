package routing

import (
	"slices"
	"time"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing/guard"
	"github.com/liveness-gateway/gateway/internal/routing/route"
)

// read returns what a failure is for routing, which knows more than the adapter: what the
// request held, and what earlier attempts of the call came to. The adapter's own error is
// not changed.
func (c *call) read(failure *providers.Error, s *step, start, end time.Time) *providers.Error {
	switch {
	case failure.CallersFault() && !sent(c.query.Request, s.target.Product, failure.Reason):
		return as(failure, providers.ArgumentRejected)
	case failure.Reason == providers.VendorCredentialsRejected && c.clockInDoubt(failure, s, start, end):
		return as(failure, providers.VendorSignatureExpired)
	default:
		return failure
	}
}

// as returns the failure with another reason.
func as(failure *providers.Error, reason providers.Reason) *providers.Error {
	other := *failure
	other.Reason = reason
	return &other
}

// sent reports whether the product sent what the reason blames. A caller is to blame for
// nothing else; otherwise the refusal is of something of ours.
func sent(request *providers.Request, product *providers.Product, reason providers.Reason) bool {
	photos := len(request.Photos) > 0 && product.Honours.Has(providers.FieldPhotos)
	card := request.IdentityDocument != nil && product.Honours.Has(providers.FieldIdentityDocument)
	switch reason {
	case providers.PhotoUnreadable, providers.PhotoTooLarge, providers.NoFaceFound, providers.MultipleFaces,
		providers.PhotoLowQuality, providers.RequestTooLarge:
		return photos
	case providers.IdentityNameInvalid, providers.IdentityNumberInvalid:
		return card
	case providers.ComparisonAttemptsExceeded:
		return photos || card
	default:
		return true
	}
}

// clockInDoubt reports whether a rejected signature may have been made with another time
// than the vendor's: some vendors have one code for a stale signature and a wrong one. If
// the credential was rejected with two different times, the time is not the reason.
func (c *call) clockInDoubt(failure *providers.Error, s *step, start, end time.Time) bool {
	skewed := guard.Skewed(s.grant.ClockOffset, failure.Exchange.Date, start, end)
	if !skewed && !s.grant.ClockInDoubt {
		return false
	}
	return !slices.ContainsFunc(c.outcome.Attempts, func(a Attempt) bool {
		return a.Target.Account == s.target.Account && a.Credential == s.grant.Credential &&
			a.ClockOffset != s.grant.ClockOffset && a.Reason == providers.VendorSignatureExpired
	})
}

// sendsWhatWasRefused reports whether the target sends a field of the caller's that was
// refused in this call. A comparison that was refused is the caller's to correct, be it optional:
// a target that would do without it is none to go to either.
func (c *call) sendsWhatWasRefused(target *route.Target) bool {
	without := target.Product.WithoutComparison(c.query.Request)
	refused := func(v providers.Violation) bool {
		return target.Product.Sends(v.Path) || without && providers.Comparison.Hold(v.Path)
	}
	for i := range c.outcome.Attempts {
		failure := c.outcome.Attempts[i].Err
		if failure.CallersFault() && slices.ContainsFunc(failure.Violations, refused) {
			return true
		}
	}
	return false
}
