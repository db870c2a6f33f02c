// Package alphabets finds the digits of hexadecimal, base32 and base64 in a text. It must not know
// what they are an encoding of.
package alphabets
