package routing

import (
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing/guard"
	"github.com/liveness-gateway/gateway/internal/routing/route"
)

// policy is what a failed attempt means for the rest of the call and for later ones:
// the columns of the error table (docs/design.md, section 4) that concern routing.
type policy struct {
	// same says whether the same target may be tried again.
	same repetition
	// failover allows an attempt on another target.
	failover bool
	// against is what the failure counts against.
	against subject
	// alive says that only the vendor itself gives this answer, so that it is at work.
	alive bool
	// class ranks the reasons of several failed attempts.
	class class
}

// repetition is how the same target may be tried again.
type repetition int

const (
	never repetition = iota
	// afterBackoff is a retry: with jitter, from the account's budget, and only if the
	// attempt was not ambiguous.
	afterBackoff
	// signedAgain is at once, if the vendor's clock has been learnt since.
	signedAgain
	// otherCredential is at once, with another of the account's credentials.
	otherCredential
)

// subject is what a failure counts against.
type subject int

const (
	nothing subject = iota
	// againstTarget is the product on the account with the target's parameters.
	againstTarget
	// againstProduct is the breaker of the product on the account.
	againstProduct
	// againstConcurrency is the number of attempts in flight, againstRate that in a time.
	againstConcurrency
	againstRate
	againstCredential
	// againstCredentialForProduct is the credential where it is used for the product.
	againstCredentialForProduct
)

// class is the audience of a reason: the first that is present speaks for the call.
type class int

const (
	callerFixable   class = iota // 400, 413
	vendorSaturated              // 503
	outOfTime                    // 504
	operatorFixable              // 502
)

var policies = map[providers.Reason]policy{
	providers.VendorTimeout:             {afterBackoff, true, againstProduct, false, outOfTime},
	providers.VendorConnectionLost:      {afterBackoff, true, againstProduct, false, vendorSaturated},
	providers.VendorUnreachable:         {afterBackoff, true, againstProduct, false, vendorSaturated},
	providers.VendorInternalError:       {afterBackoff, true, againstProduct, false, vendorSaturated},
	providers.VendorConcurrencyLimited:  {afterBackoff, true, againstConcurrency, true, vendorSaturated},
	providers.VendorRateLimited:         {afterBackoff, true, againstRate, false, vendorSaturated},
	providers.VendorSignatureExpired:    {signedAgain, true, nothing, true, vendorSaturated},
	providers.VendorCredentialsRejected: {otherCredential, true, againstCredential, true, operatorFixable},
	providers.VendorAccountDisabled:     {otherCredential, true, againstCredential, true, operatorFixable},
	providers.VendorAccountExpired:      {otherCredential, true, againstCredential, true, operatorFixable},
	providers.VendorIPNotAllowed:        {otherCredential, true, againstCredential, true, operatorFixable},
	providers.VendorQuotaExhausted:      {otherCredential, true, againstCredentialForProduct, true, operatorFixable},
	providers.VendorPermissionDenied:    {otherCredential, true, againstCredentialForProduct, true, operatorFixable},
	providers.VendorEndpointNotFound:    {never, true, againstTarget, false, operatorFixable},
	providers.VendorResponseInvalid:     {never, true, againstProduct, false, operatorFixable},
	providers.VendorErrorUnrecognized:   {never, true, againstProduct, false, operatorFixable},
	providers.ArgumentRejected:          {never, true, againstTarget, true, operatorFixable},
	// An adapter that fails in a way of its own, or panics.
	providers.Internal: {never, true, againstProduct, false, operatorFixable},
}

// policyOf returns what a failed attempt means. A reason without a row ends the call: only
// the caller can do anything about it.
func policyOf(err *providers.Error) policy {
	if err.CallersFault() {
		return policy{alive: err.Reason != providers.RequestTooLarge, class: callerFixable}
	}
	p := policies[err.Reason]
	switch {
	case err.Reason == providers.VendorPermissionDenied && !err.Standing:
		p.against = nothing
	case err.Reason == providers.VendorErrorUnrecognized && err.Exchange.HTTPStatus < 500:
		p.against = nothing
	}
	return p
}

// policy is policyOf its failure.
func (a *Attempt) policy() policy { return policyOf(a.Err) }

// restOf is what a vendor speaks of that asks to be left alone with such a failure.
func (p policy) restOf() guard.Subject {
	switch p.against {
	case againstTarget, againstProduct:
		return guard.OfProduct
	case againstCredential:
		return guard.OfCredential
	case againstCredentialForProduct:
		return guard.OfCredentialForProduct
	default:
		return guard.OfAccount
	}
}

// TriesAnother reports whether another target is tried after such a failure.
func TriesAnother(failure *providers.Error) bool { return policyOf(failure).failover }

// decisive returns the failure that speaks for a call whose attempts all failed: of
// the first class present, the last. A reference that is refused after an ambiguous
// attempt does not count: that attempt may have used it up.
func decisive(attempts []Attempt) *providers.Error {
	if len(attempts) == 0 {
		return &providers.Error{Reason: providers.DeadlineTooShort}
	}
	chosen, ambiguous := attempts[0].Err, false
	for i := range attempts {
		err := attempts[i].Err
		usedUp := ambiguous && route.Concern(err.Violations, providers.FieldReference.Path())
		if !usedUp && attempts[i].policy().class <= policyOf(chosen).class {
			chosen = err
		}
		ambiguous = ambiguous || err.Ambiguous
	}
	return chosen
}
