package sandbox

import (
	"math"
	"net/url"
	"slices"
	"strconv"
	"unicode/utf8"
)

// check judges a value that is not empty.
type check func(value) kind

// text passes legible text that ok finds right.
func text(ok func(string) bool) check {
	return func(v value) kind {
		switch {
		case v.legible() && ok(v.text):
			return noFault
		case !v.file && !v.cut && !utf8.ValidString(v.text):
			return notUTF8
		default:
			return malformed
		}
	}
}

// or names what a failed check is a failure of, where the document has a word
// for it.
func (c check) or(k kind) check {
	return func(v value) kind {
		if c(v) != noFault {
			return k
		}
		return noFault
	}
}

func anyText() check { return text(func(string) bool { return true }) }

func oneOf(values ...string) check {
	return text(func(s string) bool { return slices.Contains(values, s) })
}

func maxBytes(n int) check { return text(func(s string) bool { return len(s) <= n }) }

func maxChars(n int) check {
	return text(func(s string) bool { return utf8.RuneCountInString(s) <= n })
}

// integer passes decimal numbers from low to high, without sign or leading
// zeros.
func integer(low, high int) check {
	return text(func(s string) bool {
		n, err := strconv.Atoi(s)
		return err == nil && strconv.Itoa(n) == s && low <= n && n <= high
	})
}

func webURL() check {
	return text(func(s string) bool {
		u, err := url.Parse(s)
		return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
	}).or(badURL)
}

// anySide is the limit of photos where the document has none.
const anySide = math.MaxInt

// photo passes files that are a whole PNG or JPEG with at most maxSide pixels
// either way.
func photo(maxSide int) check {
	return func(v value) kind {
		switch {
		case !v.file:
			return malformed
		case v.pixels.X <= 0 || v.pixels.Y <= 0:
			return notAPhoto
		case max(v.pixels.X, v.pixels.Y) > maxSide:
			return photoTooLarge
		default:
			return noFault
		}
	}
}

// photos writes out the row image_ref[x], x from 1 to count, for the rows in force
// when; if required, image_ref1 is. A photo beyond the count is refused rather than
// ignored: that it is not compared would go unnoticed.
func photos(count int, required bool, maxSide int, when func(form) bool) []param {
	var rows []param
	for x := 1; x <= 9; x++ {
		judge := photo(maxSide)
		if x > count {
			judge = func(value) kind { return malformed }
		}
		rows = append(rows, param{"image_ref" + strconv.Itoa(x), required && x == 1, when, judge})
	}
	return rows
}
