package routing

import "github.com/liveness-gateway/gateway/internal/providers"

// policy is what a failed attempt means for the rest of the call and for later ones:
// the columns of the error table (docs/design.md, section 4) that concern routing.
type policy struct {
	// same says whether the same target may be tried again.
	same repetition
	// another allows an attempt on another target.
	another bool
	// against is what the failure is held against.
	against subject
	// class ranks the reasons of several failed attempts.
	class class
}

// repetition is how the same target may be tried again.
type repetition int

const (
	never repetition = iota
	// afterPause is a retry: with jitter, from the account's budget, and only if the
	// attempt was not ambiguous.
	afterPause
	// freshlySigned is at once, if the vendor's clock has been learnt since.
	freshlySigned
	// otherCredential is at once, with another of the account's credentials.
	otherCredential
)

// subject is what a failure is held against.
type subject int

const (
	nothing subject = iota
	// againstTarget is the product on the account with the target's parameters.
	againstTarget
	// againstProduct is the breaker of the product on the account.
	againstProduct
	// againstLimiter is the number of attempts in flight.
	againstLimiter
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
	providers.VendorTimeout:             {afterPause, true, againstProduct, outOfTime},
	providers.VendorConnectionLost:      {afterPause, true, againstProduct, vendorSaturated},
	providers.VendorUnreachable:         {afterPause, true, againstProduct, vendorSaturated},
	providers.VendorInternalError:       {afterPause, true, againstProduct, vendorSaturated},
	providers.VendorConcurrencyLimited:  {afterPause, true, againstLimiter, vendorSaturated},
	providers.VendorRateLimited:         {afterPause, true, againstLimiter, vendorSaturated},
	providers.VendorSignatureExpired:    {freshlySigned, true, nothing, vendorSaturated},
	providers.VendorCredentialsRejected: {otherCredential, true, againstCredential, operatorFixable},
	providers.VendorAccountDisabled:     {otherCredential, true, againstCredential, operatorFixable},
	providers.VendorAccountExpired:      {otherCredential, true, againstCredential, operatorFixable},
	providers.VendorIPNotAllowed:        {otherCredential, true, againstCredential, operatorFixable},
	providers.VendorQuotaExhausted:      {otherCredential, true, againstCredentialForProduct, operatorFixable},
	providers.VendorPermissionDenied:    {otherCredential, true, againstCredentialForProduct, operatorFixable},
	providers.VendorEndpointNotFound:    {never, true, againstTarget, operatorFixable},
	providers.VendorResponseInvalid:     {never, true, againstProduct, operatorFixable},
	providers.VendorErrorUnrecognized:   {never, true, againstProduct, operatorFixable},
	providers.ArgumentRejected:          {never, true, againstTarget, operatorFixable},
	// An adapter that fails in a way of its own, or panics.
	providers.Internal: {never, true, againstProduct, operatorFixable},
}

// policyOf returns what a failed attempt means. A reason without a row ends the
// call: it is the caller's to mend.
func policyOf(err *providers.Error) policy {
	if err.CallersFault() {
		return policy{class: callerFixable}
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

// policy is policyOf its failure, but for a signature that was refused while the vendor's
// clock was not yet known: some vendors have one code for stale and for wrong ones.
func (a *Attempt) policy() policy {
	if a.skewed && a.Reason == providers.VendorCredentialsRejected {
		return policies[providers.VendorSignatureExpired]
	}
	return policyOf(a.Err)
}

// TriesAnother reports whether another target is tried after such a failure.
func TriesAnother(failure *providers.Error) bool { return policyOf(failure).another }

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
		usedUp := ambiguous && concerns(err.Violations, providers.FieldReference.Path())
		if !usedUp && policyOf(err).class <= policyOf(chosen).class {
			chosen = err
		}
		ambiguous = ambiguous || err.Ambiguous
	}
	return chosen
}
