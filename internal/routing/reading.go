package routing

import (
	"slices"
	"time"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing/guard"
	"github.com/liveness-gateway/gateway/internal/routing/route"
)

// read interprets an adapter's failure with what only routing knows: what the request held, and what
// earlier attempts of the call came to. It does not change the adapter's error.
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

// sent reports whether the product was sent what the reason is about. If not, the caller is not to
// blame: the vendor refuses something of the gateway's.
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

// clockInDoubt reports whether a signature may have been rejected for its time: some vendors have one
// code for stale and for wrong signatures. If the credential was rejected with two different times, the
// time is not the reason.
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

// sendsWhatWasRefused reports whether the target sends a caller's field that was refused in this call.
// A refused comparison is for the caller to correct even if it is optional, so a target that would do
// without it counts too.
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
