package guard

import "time"

// maxRest bounds how long a vendor is left alone because it asked for it.
const maxRest = time.Minute

// Subject is what a vendor asks to be left alone with.
type Subject uint8

// The subjects.
const (
	OfAccount Subject = iota
	OfProduct
	OfCredential
	OfCredentialForProduct
)

// Result is what an attempt came to, as far as it concerns the guard. The zero value says
// nothing.
type Result struct {
	// Target counts for or against the target with its parameters, Product the product
	// on the account, Credential the credential, CredentialForProduct the credential
	// with this product.
	Target, Product, Credential, CredentialForProduct Verdict
	// Cause is what a credential was refused for.
	Cause string
	// Issued says that a token was issued, Answered that the vendor answered at all.
	Issued, Answered bool
	// Unsent says that nothing of the caller's values was sent, so that they are not at fault.
	Unsent bool
	// Silent says that the caller's deadline ended the wait for an answer, Halved that the
	// time that the router left to others did.
	Silent, Halved bool
	// ConcurrencyLimited says that the vendor answered that there are too many attempts at
	// once, RateLimited that there were too many in a time.
	ConcurrencyLimited, RateLimited bool
	// RetryAfter is how long the vendor asked to be left alone with RestOf, 0 if it did
	// not.
	RetryAfter time.Duration
	RestOf     Subject
	// SignatureRefused says that the signature was refused for its time, or may have been.
	SignatureRefused bool
	// Date is the vendor's clock as it answered, zero if it did not say.
	Date time.Time
}
