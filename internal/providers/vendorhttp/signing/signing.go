// Package signing holds what the signatures of several vendors have in common: hashes of what will be
// sent, and the request that Signature Version 4 of AWS, and those that were made after it, sign. What
// is signed, and with which key, is the adapter's.
package signing

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"
	"strings"
)

// SHA256 returns the hexadecimal SHA-256 of a body as it will be sent, and its length.
func SHA256(body io.WriterTo) (digest string, length int64) {
	hash := sha256.New()
	length, _ = body.WriteTo(hash) // a hash takes everything, and the caller holds the photos
	return hex.EncodeToString(hash.Sum(nil)), length
}

// HMACSHA256 returns the code of a text.
func HMACSHA256(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

// Header is a header that is signed, its name in small letters.
type Header struct{ Name, Value string }

// Canonical returns the hexadecimal SHA-256 of the canonical form of a POST of "/", and the names of
// the headers in it, which are sorted; one without a value is left out, as it is not sent. The query is
// sorted and escaped, and digest is the SHA-256 of the body.
func Canonical(query, digest string, headers ...Header) (request, names string) {
	slices.SortFunc(headers, func(a, b Header) int { return cmp.Compare(a.Name, b.Name) })
	var canonical, signed strings.Builder
	canonical.WriteString("POST\n/\n" + query + "\n")
	for _, header := range headers {
		if header.Value == "" {
			continue
		}
		canonical.WriteString(header.Name + ":" + header.Value + "\n")
		if signed.Len() > 0 {
			signed.WriteByte(';')
		}
		signed.WriteString(header.Name)
	}
	names = signed.String()
	canonical.WriteString("\n" + names + "\n" + digest)
	sum := sha256.Sum256([]byte(canonical.String()))
	return hex.EncodeToString(sum[:]), names
}
