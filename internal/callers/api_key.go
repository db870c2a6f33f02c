package callers

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"strings"
)

const (
	keyPrefix = "lgw_"
	// keyIDBytes is the length of the ids that NewAPIKey makes. They cannot be guessed, though they
	// are not secret.
	keyIDBytes = 12
	// leastSecretBytes is the length of rand.Text, 130 bits: a secret that could be guessed
	// from its hash is not taken.
	leastSecretBytes = 26
)

// APIKey is what the gateway knows about an API key, lgw_<id>_<secret>.
type APIKey struct {
	// ID is 1 to 32 of a-z and 0-9.
	ID string
	// Hash is the SHA-256 of the secret.
	Hash [sha256.Size]byte
}

// NewAPIKey returns a new key, and what the gateway must know about it.
func NewAPIKey() (token string, key APIKey) {
	secret := rand.Text()
	key = APIKey{ID: strings.ToLower(rand.Text()[:keyIDBytes]), Hash: sha256.Sum256([]byte(secret))}
	return keyPrefix + key.ID + "_" + secret, key
}

// apiKeys are the active ones by their ids.
type apiKeys map[string]*activeKey

type activeKey struct {
	hash   [sha256.Size]byte
	caller *Caller
}

// nobodysKey is compared with if no key has the id, so that this takes as long.
var nobodysKey activeKey

func (k apiKeys) callerOf(token string) (*Caller, Fault) {
	id, secret, ok := strings.Cut(token[len(keyPrefix):], "_")
	if !ok || len(secret) < leastSecretBytes {
		return nil, KeyMalformed
	}
	key := k[id]
	if key == nil {
		key = &nobodysKey
	}
	hash := sha256.Sum256([]byte(secret))
	equal := subtle.ConstantTimeCompare(hash[:], key.hash[:]) == 1
	switch {
	case key == &nobodysKey:
		return nil, KeyUnknown
	case !equal:
		return nil, KeyWrong
	default:
		return key.caller, ""
	}
}
