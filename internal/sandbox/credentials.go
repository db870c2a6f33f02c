package sandbox

import (
	"fmt"
	"io"
	"log/slog"
	"maps"
)

// Credentials are accepted pairs of api_key (Megvii) or api_id (Linkface) and
// api_secret. They print as "[redacted]". The zero value is none. They are immutable
// and safe for concurrent use.
type Credentials struct {
	// secretOf is nil if there are none. It is a function because fmt prints all else
	// where it cannot call Format: in an unexported field.
	secretOf func(key string) (secret string, known bool)
}

const redacted = "[redacted]"

// NewCredentials returns credentials of keys to secrets.
func NewCredentials(secrets map[string]string) Credentials {
	if len(secrets) == 0 {
		return Credentials{}
	}
	secrets = maps.Clone(secrets)
	return Credentials{func(key string) (string, bool) {
		secret, known := secrets[key]
		return secret, known
	}}
}

// Format writes "[redacted]" whatever the verb.
func (Credentials) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, redacted) }

// MarshalText returns "[redacted]".
func (Credentials) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// LogValue returns "[redacted]".
func (Credentials) LogValue() slog.Value { return slog.StringValue(redacted) }

// or returns c, or the one pair if c has none.
func (c Credentials) or(key, secret string) Credentials {
	if c.secretOf == nil {
		return NewCredentials(map[string]string{key: secret})
	}
	return c
}
