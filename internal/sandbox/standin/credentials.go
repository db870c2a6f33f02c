package standin

import (
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
)

// Credentials are accepted pairs of a key and its secret. They print as "[redacted]". The zero value is none. They are immutable
// and safe for concurrent use.
type Credentials struct {
	// secretOf is nil if there are none. It is a function because fmt prints all else
	// where it cannot call Format: in an unexported field.
	secretOf func(key string) (secret string, known bool)
	keys     func() []string
}

const redacted = "[redacted]"

// NewCredentials returns credentials of keys to secrets.
func NewCredentials(secrets map[string]string) Credentials {
	if len(secrets) == 0 {
		return Credentials{}
	}
	secrets = maps.Clone(secrets)
	return Credentials{
		func(key string) (string, bool) {
			secret, known := secrets[key]
			return secret, known
		},
		func() []string { return slices.Sorted(maps.Keys(secrets)) },
	}
}

// Format writes "[redacted]" whatever the verb.
func (Credentials) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, redacted) }

// MarshalText returns "[redacted]".
func (Credentials) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// LogValue returns "[redacted]".
func (Credentials) LogValue() slog.Value { return slog.StringValue(redacted) }

// SecretOf returns the secret of a key.
func (c Credentials) SecretOf(key string) (secret string, known bool) {
	if c.secretOf == nil {
		return "", false
	}
	return c.secretOf(key)
}

// Keys returns the keys.
func (c Credentials) Keys() []string {
	if c.keys == nil {
		return nil
	}
	return c.keys()
}

// Or returns c, or the one pair if c has none.
func (c Credentials) Or(key, secret string) Credentials {
	if c.secretOf == nil {
		return NewCredentials(map[string]string{key: secret})
	}
	return c
}

// Without returns the credentials whose keys are not revoked, asked for each use.
func (c Credentials) Without(revoked func(key string) bool) Credentials {
	if revoked == nil {
		return c
	}
	return Credentials{
		func(key string) (string, bool) {
			secret, ok := c.SecretOf(key)
			return secret, ok && !revoked(key)
		},
		func() []string { return slices.DeleteFunc(c.Keys(), revoked) },
	}
}
