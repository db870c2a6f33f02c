// Package providers is the contract between the gateway and the adapters of
// liveness vendors: what is asked (Request), what comes back (Token or Error),
// and what an adapter states of itself (Provider, Product). It knows no vendor
// and no transport, and uses the standard library alone.
package providers

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"time"

	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// Provider is a vendor: what its adapter states of it, and how to open an account.
type Provider struct {
	// Name is the provider's name, the first part of its products' ids.
	Name string
	// PathPrefix is put before every endpoint unless the account's configuration
	// sets another.
	PathPrefix string
	// CredentialKeys are the secrets that make up one credential, by the vendor's
	// names; all are required.
	CredentialKeys []string
	// OptionalCredentialKeys are secrets that only some credentials have, such as temporary ones.
	OptionalCredentialKeys []string
	// Options are the settings of an account beyond the common ones.
	Options  []Parameter
	Products []Product
	// Codes is the vendor's error table.
	Codes CodeTable
	// Open returns an account. It makes no call.
	Open func(AccountConfig) Account
}

// Product returns the product of that id, nil if the provider has none.
func (p *Provider) Product(id string) *Product {
	for i := range p.Products {
		if p.Products[i].ID == id {
			return &p.Products[i]
		}
	}
	return nil
}

// AccountConfig is one contract with a vendor, checked by the configuration
// against what the Provider states.
type AccountConfig struct {
	// BaseURL has a scheme and a host, and no path.
	BaseURL    *url.URL
	PathPrefix string
	// Credentials hold a value for each of CredentialKeys, and for those of
	// OptionalCredentialKeys that the credential has; there is at least one.
	Credentials []map[string]sensitive.String
	Options     map[string]string
	// Transport makes the one HTTP request of a call. It must not follow redirects.
	Transport http.RoundTripper
	// Random fills its argument with random bytes. It cannot fail and is safe for
	// concurrent use.
	Random func([]byte)
}

// URL returns the address of an endpoint, below the account's path prefix.
func (c *AccountConfig) URL(endpoint string) *url.URL {
	address := *c.BaseURL
	address.Path = c.PathPrefix + endpoint
	return &address
}

// Account opens targets of one contract with a vendor.
type Account interface {
	// NewTarget returns the product, which must be one of the provider's, with
	// parameters that its Product.Parameters allow.
	NewTarget(product string, parameters map[string]string) Target
}

// Target is a product on an account with its parameters. It is safe for concurrent
// use.
type Target interface {
	// Issue asks the vendor for a token by one HTTP request, which it does not repeat. It returns
	// when ctx ends at the latest. Without a token the error is an *Error. The request must have
	// passed Product.Check, and be the one that Product.Shown returns.
	Issue(ctx context.Context, call Call) (*Token, error)
}

// Call is one attempt.
type Call struct {
	Request *Request
	// Credential is an index into AccountConfig.Credentials.
	Credential int
	// Now is the time just before the attempt; lifetimes count from it.
	Now time.Time
	// ClockOffset is how far the vendor's clock is ahead of Now; signatures must use it.
	ClockOffset time.Duration
	// RequestID is the gateway's id of the call, the same for all its attempts; "" if it has none. It
	// is not sent.
	RequestID string
}

// IdempotencyToken returns a token by which a vendor can recognize a repeated request: 64 hexadecimal
// digits, the same in all attempts of the call on the product, with nothing of the caller's in them. It
// is "" if the call has no id.
func (c Call) IdempotencyToken(product string) string {
	if c.RequestID == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(product + "\x00" + c.RequestID))
	return hex.EncodeToString(sum[:])
}

// MadeReference returns the business number that was sent if it is the adapter's, "" if it is the
// caller's.
func (c Call) MadeReference(sent string) string {
	if c.Request.Reference != "" {
		return ""
	}
	return sent
}

// SigningTime is the time by the vendor's clock.
func (c Call) SigningTime() time.Time { return c.Now.Add(c.ClockOffset) }

// Token is what a vendor issued.
type Token struct {
	// Value starts the vendor's client.
	Value sensitive.String
	// SessionID is what results are asked under where it is not the token.
	SessionID sensitive.String
	Expiry    Expiry
	Client    Client
	// Reference is the business number that the adapter generated because the request
	// had none and the vendor requires one.
	Reference string
	Exchange  Exchange
}

// Client is what a vendor's client needs in addition to the token.
type Client struct {
	URL, Digits sensitive.String
	Endpoint    string
	Parameters  map[string]sensitive.String
}

// Expiry is when a token expires and how that is known.
type Expiry struct {
	// Time is zero if nothing is known.
	Time   time.Time
	Source ExpirySource
}

// ExpirySource is where an expire time comes from.
type ExpirySource uint8

// The sources of an expire time.
const (
	ExpiryUnknown ExpirySource = iota
	VendorStated
	Requested
	DocumentedDefault
)

// NewExpiry applies the one rule of lifetimes. If the vendor stated a time, that is it; otherwise it is
// the shorter of the lifetime that was asked for and the documented one, counted from sent, and called
// Requested if they are equal. Zero means not stated, not asked for, or not documented.
func NewExpiry(sent, stated time.Time, asked, documented time.Duration) Expiry {
	switch {
	case !stated.IsZero():
		return Expiry{stated, VendorStated}
	case asked > 0 && (documented == 0 || asked <= documented):
		return Expiry{sent.Add(asked), Requested}
	case documented > 0:
		return Expiry{sent.Add(documented), DocumentedDefault}
	default:
		return Expiry{}
	}
}
