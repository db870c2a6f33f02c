// Package sensitive holds values that must never be printed: secrets and personal
// data. It knows nothing of what the values mean.
//
// Every way of printing gives "[redacted]": fmt with any verb, JSON, YAML and
// other text encodings, slog and zap. The value stands behind a pointer, so that
// fmt's "%+v" of a struct that keeps one in an unexported field, where no method
// of ours is called, shows an address and not the value.
package sensitive

import (
	"fmt"
	"io"
	"log/slog"
)

// Redacted is what a sensitive value prints as.
const Redacted = "[redacted]"

// Value is a value that cannot be printed. The zero value is empty. It is
// immutable and safe for concurrent use.
type Value[T ~string | ~[]byte] struct {
	value *T
}

// String is text that cannot be printed.
type String = Value[string]

// Bytes is data that cannot be printed.
type Bytes = Value[[]byte]

// New returns v as a value that cannot be printed. Bytes are not copied: the
// caller must not change them any more.
func New[T ~string | ~[]byte](v T) Value[T] {
	if len(v) == 0 {
		return Value[T]{}
	}
	return Value[T]{value: &v}
}

// Reveal returns the value itself. Call it only where the value is sent to whom
// it is meant for.
func (v Value[T]) Reveal() T {
	if v.value == nil {
		var empty T
		return empty
	}
	return *v.value
}

// Len returns the value's length in bytes.
func (v Value[T]) Len() int { return len(v.Reveal()) }

// IsZero reports whether the value is empty.
func (v Value[T]) IsZero() bool { return v.value == nil }

// String returns "[redacted]".
func (Value[T]) String() string { return Redacted }

// Format writes "[redacted]" whatever the verb.
func (Value[T]) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, Redacted) }

// MarshalText returns "[redacted]".
func (Value[T]) MarshalText() ([]byte, error) { return []byte(Redacted), nil }

// LogValue returns "[redacted]".
func (Value[T]) LogValue() slog.Value { return slog.StringValue(Redacted) }
