package guard

import "time"

// maxRest bounds how long a vendor's Retry-After is obeyed.
const maxRest = time.Minute

// Subject is what a Retry-After is about.
type Subject uint8

// The subjects.
const (
	OfAccount Subject = iota
	OfProduct
	OfCredential
	OfCredentialForProduct
)

// Result is what the guard needs to know of how an attempt ended. The zero value says nothing.
type Result struct {
	// Target counts for or against the target with its parameters, Product for or against the
	// product on the account, Credential the credential, and CredentialForProduct the credential
	// with this product.
	Target, Product, Credential, CredentialForProduct Verdict
	// Cause is why a credential was refused.
	Cause string
	// Issued says that a token was issued, Answered that the vendor answered at all.
	Issued, Answered bool
	// Unsent says that none of the caller's values were sent, so that they are not at fault.
	Unsent bool
	// Silent says that the attempt was cut while waiting for an answer, Halved that the router cut
	// it to leave time to other targets.
	Silent, Halved bool
	// ConcurrencyLimited says that the vendor has answered that there are too many attempts at once,
	// RateLimited that there are too many a second.
	ConcurrencyLimited, RateLimited bool
	// RetryAfter is how long the vendor wants no requests that concern RestOf, 0 if it did not say.
	RetryAfter time.Duration
	RestOf     Subject
	// SignatureRefused says that the signature was, or may have been, refused for its time.
	SignatureRefused bool
	// Date is the vendor's time when it answered, zero if it did not say.
	Date time.Time
}
