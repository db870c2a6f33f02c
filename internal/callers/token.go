package callers

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jws"
	"github.com/lestrrat-go/jwx/v3/jwt"
)

// leeway is how far an issuer's clock may differ from the gateway's.
const leeway = 30 * time.Second

// tokens are the issuers of JWTs, by name, and the tokens that have been verified.
type tokens struct {
	issuers  map[string]*issuer
	verified verifiedTokens
}

func (t *tokens) run(ctx context.Context) {
	var running sync.WaitGroup
	for _, from := range t.issuers {
		running.Go(func() { from.keys.run(ctx) })
	}
	running.Wait()
}

// callerOf returns the caller of a JWT. The cheapest checks come first; the signature is checked
// last, once, and only if the token would name a caller.
func (t *tokens) callerOf(ctx context.Context, token string) (*Caller, Fault) {
	if len(t.issuers) == 0 || strings.Count(token, ".") != 2 { // not a JWE either, which has five parts
		return nil, TokenMalformed
	}
	hash := sha256.Sum256([]byte(token))
	if caller := t.verified.find(&hash); caller != nil {
		return caller, ""
	}
	u, fault := parseUnverified(token)
	if fault != "" {
		return nil, fault
	}
	name, _ := u.claims.Issuer()
	from := t.issuers[name]
	if from == nil {
		return nil, TokenIssuer
	}
	caller, fault := from.verify(ctx, u)
	if fault != "" {
		return nil, fault
	}
	if expires, ok := u.claims.Expiration(); ok {
		t.verified.add(&verifiedToken{hash, caller, expires.Add(leeway), from.keys, u.key.set})
	}
	return caller, ""
}

// unverified is a token before its signature is checked.
type unverified struct {
	token     []byte
	algorithm jwa.SignatureAlgorithm
	keyID     string
	claims    jwt.Token
	// key is the key that verified the token.
	key verifyingKey
}

func parseUnverified(token string) (*unverified, Fault) {
	if !isCompact(token) {
		return nil, TokenMalformed
	}
	u := &unverified{token: []byte(token)}
	message, err := jws.Parse(u.token, jws.WithCompact())
	if err != nil || len(message.Signatures()) != 1 {
		return nil, TokenMalformed
	}
	header := message.Signatures()[0].ProtectedHeaders()
	algorithm, ok := header.Algorithm()
	if !ok || algorithm == jwa.NoSignature() || algorithm.IsSymmetric() {
		return nil, TokenAlgorithm
	}
	u.algorithm = algorithm
	u.keyID, _ = header.KeyID()
	if header.Has("crit") || header.Has("b64") { // extensions that must be understood, and are not
		return nil, TokenMalformed
	}
	if u.claims, err = jwt.ParseInsecure(message.Payload()); err != nil || !datesAreNumbers(message.Payload()) {
		return nil, TokenMalformed
	}
	return u, ""
}

// isCompact reports whether the parts of a token are base64url as its issuer wrote it (RFC 7515, section
// 2). The library takes other spellings, of which one token has any number.
func isCompact(token string) bool {
	for part := range strings.SplitSeq(token, ".") {
		if decoded, err := base64.RawURLEncoding.DecodeString(part); err != nil || base64.RawURLEncoding.EncodeToString(decoded) != part {
			return false
		}
	}
	return true
}

// datesAreNumbers reports whether the claims' dates are as RFC 7519 has them (section 2). The library
// takes texts too.
func datesAreNumbers(claims []byte) bool {
	var all map[string]json.RawMessage
	if json.Unmarshal(claims, &all) != nil {
		return false
	}
	for _, name := range []string{jwt.ExpirationKey, jwt.NotBeforeKey, jwt.IssuedAtKey} {
		if date := all[name]; len(date) > 0 && date[0] == '"' {
			return false
		}
	}
	return true
}

// issuer is an issuer of JWTs, with its keys and the callers that its tokens name.
type issuer struct {
	*Issuer

	keys    *keys
	callers map[string]*Caller
}

// verify returns the caller of the issuer's token.
func (i *issuer) verify(ctx context.Context, u *unverified) (*Caller, Fault) {
	if !slices.Contains(i.Algorithms, u.algorithm.String()) {
		return nil, TokenAlgorithm
	}
	err := jwt.Validate(u.claims, jwt.WithAudience(i.Audience), jwt.WithRequiredClaim(jwt.ExpirationKey),
		jwt.WithAcceptableSkew(leeway))
	switch {
	case errors.Is(err, jwt.TokenExpiredError()):
		return nil, TokenExpired
	case errors.Is(err, jwt.TokenNotYetValidError()), errors.Is(err, jwt.InvalidIssuedAtError()):
		return nil, TokenNotYetValid
	case errors.Is(err, jwt.InvalidAudienceError()):
		return nil, TokenAudience
	case err != nil:
		return nil, TokenClaims
	}
	var name string
	if u.claims.Get(i.CallerClaim, &name) != nil {
		return nil, TokenClaims
	}
	caller := i.callers[name]
	if caller == nil {
		return nil, TokenCaller
	}
	key, ok := i.keys.find(ctx, keyName{u.keyID, u.algorithm.String()})
	if !ok {
		return nil, TokenKeyUnknown
	}
	if _, err := jws.Verify(u.token, jws.WithCompact(), jws.WithKey(u.algorithm, key.public)); err != nil {
		return nil, TokenSignature
	}
	u.key = key
	return caller, ""
}
