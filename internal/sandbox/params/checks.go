package params

import (
	"encoding/base64"
	"image"
	"math"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/liveness-gateway/gateway/internal/sandbox/photo"
)

// Check judges a value that is not empty.
type Check func(Value) Kind

// Text passes legible text that ok finds right.
func Text(ok func(string) bool) Check {
	return func(v Value) Kind {
		switch {
		case v.Legible() && ok(v.Text):
			return None
		case v.Type == String && !v.Cut && !utf8.ValidString(v.Text):
			return NotUTF8
		default:
			return Malformed
		}
	}
}

// Or names what a failed check is a failure of, where the document has a word for it.
func (c Check) Or(k Kind) Check {
	return func(v Value) Kind {
		if c(v) != None {
			return k
		}
		return None
	}
}

// And passes what both checks do.
func (c Check) And(other Check) Check {
	return func(v Value) Kind {
		if k := c(v); k != None {
			return k
		}
		return other(v)
	}
}

// AnyText passes legible text.
func AnyText() Check { return Text(func(string) bool { return true }) }

// OneOf passes these texts.
func OneOf(values ...string) Check {
	return Text(func(s string) bool { return slices.Contains(values, s) })
}

// MaxBytes passes texts of at most n bytes.
func MaxBytes(n int) Check { return Text(func(s string) bool { return len(s) <= n }) }

// MaxChars passes texts of at most n characters.
func MaxChars(n int) Check {
	return Text(func(s string) bool { return utf8.RuneCountInString(s) <= n })
}

// Integer passes decimal numbers from low to high, without sign or leading zeros.
func Integer(low, high int) Check {
	return Text(func(s string) bool {
		n, err := strconv.Atoi(s)
		return err == nil && strconv.Itoa(n) == s && low <= n && n <= high
	})
}

// Matching passes texts that the regular expression matches. It is compiled here, so that a gateway,
// which serves no stand-in, does not when it starts.
func Matching(pattern string) Check { return Text(regexp.MustCompile(pattern).MatchString) }

// Of passes values of a type of JSON's.
func Of(wanted Type) Check {
	return func(v Value) Kind {
		if v.Type == wanted {
			return None
		}
		return Malformed
	}
}

// Typed judges values of a type alone, and refuses all others as a body that is not
// understood, as servers do that decode before they look at values.
func (c Check) Typed(wanted Type) Check {
	return func(v Value) Kind {
		if v.Type != wanted {
			return BadBody
		}
		return c(v)
	}
}

// Whole passes JSON's whole numbers from low to high, in decimal digits.
func Whole(low, high int) Check {
	return func(v Value) Kind {
		n, err := strconv.Atoi(v.Text)
		if v.Type != Number || err != nil || n < low || n > high {
			return Malformed
		}
		return None
	}
}

// Base64 passes standard base64 with padding, of at most n characters.
func Base64(n int) Check {
	return Text(func(s string) bool {
		_, err := base64.StdEncoding.Strict().DecodeString(s)
		return err == nil && len(s) <= n && !strings.ContainsAny(s, "\r\n")
	})
}

// photoSize is that of the photo in base64, 0 by 0 if it is none.
func (v Value) photoSize() image.Point {
	return photo.Size(base64.NewDecoder(base64.StdEncoding, strings.NewReader(v.Text)))
}

// Base64Photo passes a whole PNG or JPEG in base64 of at most n characters.
func Base64Photo(n int) Check {
	return func(v Value) Kind {
		switch {
		case v.Type != String:
			return Malformed
		case len(v.Text) > n:
			return PhotoTooLarge
		case Base64(n)(v) != None || v.photoSize() == image.Point{}:
			return NotAPhoto
		default:
			return None
		}
	}
}

// WebURL passes absolute http and https URLs; all else is a BadURL.
func WebURL() Check {
	return Text(func(s string) bool {
		u, err := url.Parse(s)
		return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
	}).Or(BadURL)
}

// AnySide is the limit of photos where the document has none.
const AnySide = math.MaxInt

// Photo passes files that are a whole PNG or JPEG with at most maxSide pixels either way.
func Photo(maxSide int) Check {
	return func(v Value) Kind {
		switch {
		case v.Type != File:
			return Malformed
		case v.Pixels.X <= 0 || v.Pixels.Y <= 0:
			return NotAPhoto
		case max(v.Pixels.X, v.Pixels.Y) > maxSide:
			return PhotoTooLarge
		default:
			return None
		}
	}
}
