package callers

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"
)

const (
	// maxTokenBytes bounds what is looked at of an API key or a token. Headers are larger
	// only by mistake.
	maxTokenBytes = 8 << 10
	// RefusalTime is how long it takes to refuse a client, whatever is wrong: the time does not
	// show how far a check came, and guessing is slow.
	RefusalTime = 100 * time.Millisecond
	// maxRefusals bounds the calls that wait to be refused; more are refused at once. A call
	// takes about 10 KiB.
	maxRefusals = 4096
)

// Fault is what is wrong with a client's credentials. It is only for operators: all clients are
// told the same.
type Fault string

// The faults.
const (
	NothingShown       Fault = "nothing_shown"
	SeveralShown       Fault = "several_headers"
	DifferentCallers   Fault = "different_callers"
	NotBearer          Fault = "not_bearer"
	TooLong            Fault = "too_long"
	CertificateUnknown Fault = "certificate_unknown"
	KeyMalformed       Fault = "key_malformed"
	KeyUnknown         Fault = "key_unknown"
	KeyWrong           Fault = "key_wrong"
	TokenMalformed     Fault = "token_malformed"
	TokenAlgorithm     Fault = "token_algorithm"
	TokenIssuer        Fault = "token_issuer"
	TokenAudience      Fault = "token_audience"
	TokenExpired       Fault = "token_expired"
	TokenNotYetValid   Fault = "token_not_yet_valid"
	TokenClaims        Fault = "token_claims"
	TokenCaller        Fault = "token_caller"
	TokenKeyUnknown    Fault = "token_key_unknown"
	TokenSignature     Fault = "token_signature"
)

// Identity is a caller and its credentials.
type Identity struct {
	*Caller

	// URIs and DNSNames are subject alternative names of its certificates, byte by byte.
	URIs, DNSNames []string
	// APIKeys are its active keys.
	APIKeys []APIKey
	// Tokens are the issuers' names for it.
	Tokens []TokenName
}

// TokenName is how an issuer's JWTs name a caller.
type TokenName struct{ Issuer, Value string }

// Shown is the credentials that a client shows.
type Shown struct {
	// Certificate is the client's, which TLS has verified; nil if there is none.
	Certificate *x509.Certificate
	// Authorization are the values of the header, or of the metadata, of that name.
	Authorization []string
}

// Authenticator identifies callers by their credentials. A nil one is that of a gateway without
// callers. It is safe for concurrent use.
type Authenticator struct {
	certificates certificates
	keys         apiKeys
	tokens       tokens

	refusals atomic.Int64 // that are being waited with
}

// New returns an authenticator of the identities, whose JWTs come from the issuers. It reads key
// sets in files; a mistake in one is an error, and so are two identities with the same credential.
// Run must follow. Report, if there is one, is called for a key set that later cannot be read or
// used, at most once in leastRenewal for each issuer.
func New(identities []Identity, issuers []Issuer, report func(issuer string, err error)) (*Authenticator, error) {
	a := &Authenticator{
		certificates: certificates{uris: map[string]*Caller{}, dnsNames: map[string]*Caller{}},
		keys:         apiKeys{},
	}
	var failed []error
	a.tokens.issuers = make(map[string]*issuer, len(issuers))
	for i := range issuers {
		opened, err := openIssuer(&issuers[i], report)
		if err != nil {
			failed = append(failed, fmt.Errorf("issuer %s: %w", issuers[i].Name, err))
		}
		a.tokens.issuers[issuers[i].Name] = opened
	}
	for i := range identities {
		failed = append(failed, a.add(&identities[i])...)
	}
	return a, errors.Join(failed...)
}

func (a *Authenticator) add(identity *Identity) (failed []error) {
	once := func(known bool, what, name string) {
		if known {
			failed = append(failed, fmt.Errorf("caller %s: %s %q is another's too", identity.Name, what, name))
		}
	}
	for _, uri := range identity.URIs {
		once(a.certificates.uris[uri] != nil, "uri", uri)
		a.certificates.uris[uri] = identity.Caller
	}
	for _, name := range identity.DNSNames {
		once(a.certificates.dnsNames[name] != nil, "dns", name)
		a.certificates.dnsNames[name] = identity.Caller
	}
	for _, key := range identity.APIKeys {
		once(a.keys[key.ID] != nil, "API key", key.ID)
		a.keys[key.ID] = &activeKey{key.Hash, identity.Caller}
	}
	for _, name := range identity.Tokens {
		from := a.tokens.issuers[name.Issuer]
		if from == nil {
			failed = append(failed, fmt.Errorf("caller %s: no issuer %q is configured", identity.Name, name.Issuer))
			continue
		}
		once(from.callers[name.Value] != nil, "token of "+name.Issuer, name.Value)
		from.callers[name.Value] = identity.Caller
	}
	return failed
}

// Run renews the issuers' key sets until ctx ends.
func (a *Authenticator) Run(ctx context.Context) {
	if a != nil {
		a.tokens.run(ctx)
	}
}

// Authenticate returns the caller that all credentials name, or what is wrong with them. A refusal
// takes RefusalTime, or until ctx ends. A token whose key is not known yet may take renewalWait,
// once in leastRenewal for each issuer.
func (a *Authenticator) Authenticate(ctx context.Context, shown Shown) (*Caller, Fault) {
	if a == nil {
		return nil, ""
	}
	begun := time.Now()
	caller, fault := a.authenticate(ctx, shown)
	if fault == "" {
		return caller, ""
	}
	a.wait(ctx, RefusalTime-time.Since(begun))
	return nil, fault
}

// wait returns after d, when ctx ends, or at once if too many wait.
func (a *Authenticator) wait(ctx context.Context, d time.Duration) {
	defer a.refusals.Add(-1)
	if a.refusals.Add(1) > maxRefusals {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

func (a *Authenticator) authenticate(ctx context.Context, shown Shown) (caller *Caller, fault Fault) {
	switch {
	case len(shown.Authorization) > 1:
		return nil, SeveralShown
	case len(shown.Authorization) == 1:
		if caller, fault = a.bearer(ctx, shown.Authorization[0]); fault != "" {
			return nil, fault
		}
	case shown.Certificate == nil:
		return nil, NothingShown
	}
	if shown.Certificate == nil {
		return caller, ""
	}
	certified, fault := a.certificates.callerOf(shown.Certificate)
	if fault == "" && caller != nil && certified != caller {
		fault = DifferentCallers
	}
	return certified, fault
}

// bearer returns the caller of an Authorization header: its scheme is spelled in any case,
// and blanks around are not part of it (RFC 9110, sections 5.5 and 11.1).
func (a *Authenticator) bearer(ctx context.Context, header string) (*Caller, Fault) {
	if len(header) > maxTokenBytes {
		return nil, TooLong
	}
	scheme, token, _ := strings.Cut(strings.Trim(header, " \t"), " ")
	if !strings.EqualFold(scheme, "bearer") {
		return nil, NotBearer
	}
	token = strings.TrimLeft(token, " ")
	if strings.HasPrefix(token, keyPrefix) {
		return a.keys.callerOf(token)
	}
	return a.tokens.callerOf(ctx, token)
}
