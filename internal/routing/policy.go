package routing

import (
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing/guard"
	"github.com/liveness-gateway/gateway/internal/routing/route"
)

// policy is what a failed attempt means for the rest of the call and for later calls: the columns of
// the error table (docs/design.md, section 4) that concern routing.
type policy struct {
	// same says whether the same target may be tried again.
	same repetition
	// failover allows an attempt on another target.
	failover bool
	// against is what the failure counts against.
	against subject
	// alive says that only the vendor itself gives this answer, so that it is up.
	alive bool
	// class ranks the reasons of several failed attempts.
	class class
}

// repetition is how the same target may be tried again.
type repetition int

const (
	never repetition = iota
	// afterBackoff: a retry with jitter, from the account's budget, if the attempt was not ambiguous.
	afterBackoff
	// signedAgain: at once, if the vendor's clock has been learnt meanwhile.
	signedAgain
	// otherCredential: at once, with another of the account's credentials.
	otherCredential
)

// subject is what a failure counts against.
type subject int

const (
	nothing subject = iota
	// againstTarget: the product on the account with the target's parameters.
	againstTarget
	// againstProduct: the breaker of the product on the account.
	againstProduct
	// againstConcurrency lowers the limit of attempts in flight, againstRate that of attempts a
	// second.
	againstConcurrency
	againstRate
	againstCredential
	// againstCredentialForProduct: the credential, but only for the product.
	againstCredentialForProduct
)

// class is who can do something about a reason. The first class that is present decides what the call
// fails with.
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
	// An adapter panicked, or returned an error of another type.
	providers.Internal: {never, true, againstProduct, false, operatorFixable},
}

// policyOf returns what a failed attempt means. A reason without a row ends the call, because only the
// caller can do anything about it.
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

// policy is the policy of the attempt's failure.
func (a *Attempt) policy() policy { return policyOf(a.Err) }

// restOf is what a Retry-After is about that comes with such a failure.
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

// decisive returns the failure of a call whose attempts all failed: the last one of the first class
// present. A reference that is refused after an ambiguous attempt does not count, since that attempt
// may have used it up.
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
