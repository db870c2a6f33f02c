package routing

import "github.com/liveness-gateway/gateway/internal/providers"

// policy is what a failed attempt means for the rest of the call: the columns of the
// error table (docs/design.md, section 4) that concern routing.
type policy struct {
	// another allows an attempt on another target.
	another bool
	// class ranks the reasons of several failed attempts.
	class class
}

// class is the audience of a reason: the first that is present speaks for the call.
type class int

const (
	callerFixable   class = iota // 400, 413
	vendorSaturated              // 503
	outOfTime                    // 504
	operatorFixable              // 502
)

var policies = map[providers.Reason]policy{
	providers.VendorTimeout:             {another: true, class: outOfTime},
	providers.VendorConnectionLost:      {another: true, class: vendorSaturated},
	providers.VendorUnreachable:         {another: true, class: vendorSaturated},
	providers.VendorInternalError:       {another: true, class: vendorSaturated},
	providers.VendorConcurrencyLimited:  {another: true, class: vendorSaturated},
	providers.VendorRateLimited:         {another: true, class: vendorSaturated},
	providers.VendorSignatureExpired:    {another: true, class: vendorSaturated},
	providers.VendorCredentialsRejected: {another: true, class: operatorFixable},
	providers.VendorAccountDisabled:     {another: true, class: operatorFixable},
	providers.VendorAccountExpired:      {another: true, class: operatorFixable},
	providers.VendorIPNotAllowed:        {another: true, class: operatorFixable},
	providers.VendorQuotaExhausted:      {another: true, class: operatorFixable},
	providers.VendorPermissionDenied:    {another: true, class: operatorFixable},
	providers.VendorEndpointNotFound:    {another: true, class: operatorFixable},
	providers.VendorResponseInvalid:     {another: true, class: operatorFixable},
	providers.VendorErrorUnrecognized:   {another: true, class: operatorFixable},
	providers.ArgumentRejected:          {another: true, class: operatorFixable},
}

// policyOf returns what a failed attempt means. A reason without a row ends the
// call: it is the caller's to mend, or a fault of ours.
func policyOf(err *providers.Error) policy {
	if err.CallersFault() {
		return policy{class: callerFixable}
	}
	return policies[err.Reason]
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
