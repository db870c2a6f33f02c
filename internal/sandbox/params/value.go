package params

import (
	"image"
	"unicode/utf8"
)

// Values holds the parameters of a request, the first value of each name.
type Values map[string]Value

// Value is one parameter. Of a file only its size is kept.
type Value struct {
	Type   Type
	Text   string // of a number or a boolean as it was written
	Cut    bool   // text was longer than maxText
	Size   int64  // of a file, in bytes
	Start  string // of a file, up to four bytes
	Pixels image.Point
}

// Type is what a parameter is.
type Type string

// A string is what all parameters of a form are but files; the others are JSON's.
const (
	String Type = ""
	File   Type = "file"
	Number Type = "number"
	Bool   Type = "boolean"
	Null   Type = "null"
	Object Type = "object"
	List   Type = "list"
)

// Empty reports whether v is absent or an empty text.
func (v Value) Empty() bool { return v.Type == String && v.Text == "" }

// Legible reports whether v is whole UTF-8 text.
func (v Value) Legible() bool { return v.Type == String && !v.Cut && utf8.ValidString(v.Text) }

// Input is what was read of a request.
type Input struct {
	Values Values
	// Body is the body as it came, where a signature covers it.
	Body []byte
	// TooLarge says that there was more of it than the vendor takes.
	TooLarge bool
	// Problem is why the body has no values, where the vendor tells that apart.
	Problem Kind
}
