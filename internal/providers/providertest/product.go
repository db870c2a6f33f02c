// Package providertest is the conformance suite of the adapters. An adapter's tests
// hand over the data of a vendor's document, one Product for each of its products:
// Run runs every check on the adapter, Fuzz gives it generated answers.
//
// The expected behaviour is written out here, after docs/design.md sections 4 to 6,
// and not computed by the code that adapters share. The vendor is a server on this
// machine, reached through a real transport. Every call is made at the same time, with
// the same random bytes and the second of two credentials, so that its request is known
// to the last byte:
//
//	time         Now
//	random       the bytes 1, 2, 3, … for each value that is asked for
//	credentials  "other_" and "test_" before the key: other_api_key, test_api_key
//	request id   RequestID, of the gateway's
//	base URL     BaseURL
package providertest

import (
	"net/url"
	"strings"
	"time"

	"github.com/liveness-gateway/gateway/internal/providers"
)

// BaseURL is the base URL of the account.
const BaseURL = "http://vendor.example"

// Now is the time of every call: 1700000000 in Unix seconds.
func Now() time.Time { return time.Unix(1700000000, 0) }

// RequestID is the gateway's id of every call.
const RequestID = "7QK2M3C4D5E6F7G8"

// Product is a product as its document describes it.
type Product struct {
	Provider *providers.Provider
	// ID is the product's id, "provider.product".
	ID string

	// Minimal asks for what the product needs and no more, Full for all that it
	// honours at once, with a subject id and a reference. Personal values should occur nowhere
	// else: the checks search for them in everything that is printed.
	Minimal, Full Example
	// Others are further examples, by name: of what cannot be asked for beside what is in Full.
	Others map[string]Example

	// Success is the answer to Full that issues a token.
	Success Answer
	// SignsPath says that the signature covers the path: it is another one under another
	// path prefix.
	SignsPath bool
	// Failures are the bodies in which the vendor tells of an error, one for each
	// shape, with the request id of Success and "{code}" for the code, in quotes even
	// if codes are numbers.
	Failures []string
	// RequestID is the request id of Failures if Success has none, and of every answer if it is
	// in RequestIDHeader and not in the body.
	RequestID, RequestIDHeader string
	// Options are the account's.
	Options map[string]string
	// Statuses are what the document says of HTTP statuses that come without a known code,
	// where that is not what they mean in general.
	Statuses map[int]providers.Reason
	// ErrorFields are the fields that report an error, each with the value that reports
	// success; "" if the field is absent on success. One within an object is named by its
	// path: "Response.Error".
	ErrorFields map[string]string
	// ExpiryField is the field of Success, named like those, with the Unix time, in seconds, at which
	// the token expires by the vendor's clock; "" if the vendor states none, or a lifetime.
	ExpiryField string
	// ExpiryLayout is how that time is written where it is text, such as time.RFC3339.
	ExpiryLayout string
	// Faults are errors about arguments and photos as the vendor writes them in answer
	// to Full, with the caller's field at fault, "" if none is.
	Faults map[string]providers.Path
	// Secrets are the values on the wire that are derived from a credential:
	// signatures.
	Secrets []string

	// Exceptions are the checks that the product does not pass, by name, with the
	// reason. An exception to a check that passes fails the run.
	Exceptions map[string]string
}

// Example is a request and what the vendor gets of it.
type Example struct {
	Request *providers.Request
	// Parameters are the target's.
	Parameters map[string]string
	// Wire are the lines of the HTTP request: its first line; the headers, but for
	// those of any request; the parameters of a form in their order, as name=value, a
	// file as name=@content; any other body as it is.
	Wire []string
	// Reference is the business number on the wire, "" if there is none.
	Reference string
	// Made says that the adapter generated the reference and that the token shows it.
	Made bool
}

// sends reports whether the value is on the wire, as it is or URL-encoded.
func (e Example) sends(value string) bool {
	lines := strings.Join(e.Wire, "\n")
	return strings.Contains(lines, value) || strings.Contains(lines, url.QueryEscape(value))
}

// Answer is a body that issues a token, and that token. The suite adds to its exchange
// what HTTP and the request determine.
type Answer struct {
	Body  string
	Token providers.Token
}
