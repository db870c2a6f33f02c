package callers

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/lestrrat-go/jwx/v3/jwk"
)

const (
	maxKeys = 100
	// maxRSABits bounds what checking a signature costs, 0.2 ms.
	maxRSABits = 8192
)

// keySet is the keys of an issuer that verify tokens. It is not changed once it is made.
type keySet struct {
	text string // the JSON that it was made from
	keys map[keyName]verifyingKey
}

// keyName is the key with which a token is signed, and the algorithm.
type keyName struct{ id, algorithm string }

type verifyingKey struct {
	public any
	set    *keySet
}

// parseKeySet returns the keys of a JWK set (RFC 7517) that may be used with the algorithms. Keys
// of other kinds, for other uses or without an id are ignored.
func parseKeySet(text []byte, algorithms []string) (*keySet, error) {
	if len(text) > maxKeySetBytes {
		return nil, errTooLarge
	}
	parsed, err := jwk.Parse(text, jwk.WithStrictKeySetParsing(false), jwk.WithMaxKeys(maxKeys))
	if err != nil {
		return nil, errors.New("is not a set of JSON web keys") // the library's error repeats it
	}
	set := &keySet{text: string(text), keys: map[keyName]verifyingKey{}}
	for i := range parsed.Len() {
		key, _ := parsed.Key(i)
		if private, err := jwk.IsPrivateKey(key); err == nil && private {
			return nil, errors.New("holds a private key: publish public ones alone")
		}
		id, _ := key.KeyID()
		use, _ := key.KeyUsage()
		if id == "" || use != "" && use != jwk.ForSignature.String() {
			continue
		}
		var public any
		if jwk.Export(key, &public) != nil {
			continue
		}
		for _, algorithm := range suitable(public) {
			if stated, ok := key.Algorithm(); ok && stated.String() != algorithm || !slices.Contains(algorithms, algorithm) {
				continue
			}
			name := keyName{id, algorithm}
			if _, twice := set.keys[name]; twice {
				return nil, fmt.Errorf("has two keys for %s with the same kid", algorithm)
			}
			set.keys[name] = verifyingKey{public, set}
		}
	}
	if len(set.keys) == 0 {
		return nil, fmt.Errorf("has no key with a kid for %s", strings.Join(algorithms, ", "))
	}
	return set, nil
}

// suitable returns the algorithms that a public key may be used with.
func suitable(public any) []string {
	switch key := public.(type) {
	case *rsa.PublicKey:
		if key.N.BitLen() <= maxRSABits {
			return []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}
		}
	case *ecdsa.PublicKey:
		if algorithm := map[string]string{"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}[key.Curve.Params().Name]; algorithm != "" {
			return []string{algorithm}
		}
	case ed25519.PublicKey:
		return []string{"EdDSA"}
	}
	return nil
}
