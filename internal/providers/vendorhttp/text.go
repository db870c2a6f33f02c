package vendorhttp

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Vendors send a number where the document says text, text where it says a number, and
// null for an absent value. Decoding into the types here never fails, so that such a
// field does not cost the rest of the body.

// Text is a JSON string; anything else reads as "".
type Text string

// UnmarshalJSON never fails.
func (t *Text) UnmarshalJSON(data []byte) error {
	if text, ok := unquote(data); ok {
		*t = Text(text)
	}
	return nil
}

// unquote returns the text of a JSON string, "" for null, and whether data is one of
// both. Most strings have no escapes and need no decoding.
func unquote(data []byte) (text string, ok bool) {
	switch {
	case bytes.Equal(data, []byte("null")):
		return "", true
	case len(data) < 2 || data[0] != '"':
		return "", false
	case bytes.IndexByte(data, '\\') < 0 && utf8.Valid(data):
		return string(data[1 : len(data)-1]), true
	}
	var decoded string
	err := json.Unmarshal(data, &decoded)
	return decoded, err == nil
}

// Scalar is the text of a JSON string, or the JSON of any other value: an error field
// that is not text still reports an error. null, false and blanks count as absent, and
// if the field is repeated they do not overwrite an earlier value.
type Scalar string

// UnmarshalJSON never fails.
func (s *Scalar) UnmarshalJSON(data []byte) error {
	text, ok := unquote(data)
	switch {
	case ok:
	case bytes.Equal(data, []byte("false")):
		return nil
	default:
		text = string(data)
	}
	if strings.TrimSpace(text) != "" {
		*s = Scalar(text)
	}
	return nil
}

// number returns the scalar as a whole number, 0 if it is negative or not a number.
func (s Scalar) number() int64 {
	if s == "" {
		return 0
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(s)), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// maxMilliseconds bounds a plausible processing time: a day.
const maxMilliseconds = 24 * 60 * 60 * 1000

// milliseconds returns the scalar as a duration, 0 if it is not a plausible one.
func (s Scalar) milliseconds() time.Duration {
	if n := s.number(); n <= maxMilliseconds {
		return time.Duration(n) * time.Millisecond
	}
	return 0
}

// maxUnixSeconds is the end of the year 9999, the last that a timestamp of the
// contract can hold.
const maxUnixSeconds = 253402300799

// UnixSeconds returns the scalar as a time, zero if it is not one.
func (s Scalar) UnixSeconds() time.Time {
	if n := s.number(); n > 0 && n <= maxUnixSeconds {
		return time.Unix(n, 0)
	}
	return time.Time{}
}

// UnixMilliseconds returns the scalar as a time, zero if it is not one.
func (s Scalar) UnixMilliseconds() time.Time {
	if n := s.number(); n > 0 && n < (maxUnixSeconds+1)*1000 {
		return time.UnixMilli(n)
	}
	return time.Time{}
}

// maxSeconds bounds a plausible lifetime: a year.
const maxSeconds = 366 * 24 * 60 * 60

// SecondsAfter returns the time that is the scalar, a lifetime in seconds, after
// start; zero if it is not a plausible one.
func (s Scalar) SecondsAfter(start time.Time) time.Time {
	if n := s.number(); n > 0 && n <= maxSeconds {
		return start.Add(time.Duration(n) * time.Second)
	}
	return time.Time{}
}
