// Package sensitive holds values that must never be printed: secrets and personal
// data. It knows nothing of what the values mean.
//
// Every way of printing gives "[redacted]": fmt with any verb, JSON, YAML and
// other text encodings, slog and zap. The value is held by a pointer: fmt calls no
// methods of unexported fields, and its "%+v" of a struct with such a field then prints
// an address instead of the value.
package sensitive

import (
	"fmt"
	"io"
	"log/slog"
)

// Redacted is what a sensitive value prints as.
const Redacted = "[redacted]"

// redacted prints as Redacted, and so does what embeds it.
type redacted struct{}

// String returns "[redacted]".
func (redacted) String() string { return Redacted }

// Format writes "[redacted]" whatever the verb.
func (redacted) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, Redacted) }

// MarshalText returns "[redacted]".
func (redacted) MarshalText() ([]byte, error) { return []byte(Redacted), nil }

// LogValue returns "[redacted]".
func (redacted) LogValue() slog.Value { return slog.StringValue(Redacted) }

// String is text that cannot be printed. The zero value is empty. It is immutable and
// safe for concurrent use.
type String struct {
	redacted

	value *string
}

// New returns text as a value that cannot be printed.
func New(text string) String {
	if text == "" {
		return String{}
	}
	value := text // the parameter itself would be allocated for an empty text too
	return String{value: &value}
}

// Reveal returns the text itself. Call it only where it is sent to its recipient.
func (s String) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// Len returns the text's length in bytes.
func (s String) Len() int { return len(s.Reveal()) }

// IsZero reports whether the text is empty.
func (s String) IsZero() bool { return s.value == nil }
