package standin

import (
	"crypto/subtle"

	"github.com/liveness-gateway/gateway/internal/sandbox/params"
)

// Sessions are temporary credentials: keys with which a session token has to come.
type Sessions struct {
	// Tokens are the session tokens, by key.
	Tokens Credentials
	// Ended reports whether a key's session is over. Nil means that none is. It is called
	// by several requests at a time.
	Ended func(key string) bool
}

// Judge judges the session token that came with a key, empty if none did.
func (s Sessions) Judge(key, token string) params.Kind {
	wanted, _ := s.Tokens.SecretOf(key)
	switch {
	case subtle.ConstantTimeCompare([]byte(wanted), []byte(token)) == 0:
		return params.WrongSession
	case token != "" && s.Ended != nil && s.Ended(key):
		return params.EndedSession
	default:
		return params.None
	}
}
