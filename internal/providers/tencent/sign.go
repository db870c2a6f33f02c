package tencent

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/bodies"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

const (
	algorithm = "TC3-HMAC-SHA256"
	service   = "faceid" // on every host
	scopeEnd  = "tc3_request"
)

// signedHeader is a header that a signature covers, by its name in lower case.
type signedHeader struct{ name, value string }

// authorize sets the headers of TC3-HMAC-SHA256 (Signature v3), which signs the body byte for byte and
// "/" whatever the path is. It hides the signature and what it is made with.
func authorize(body *bodies.JSON, host string, credential map[string]sensitive.String, now time.Time) {
	payload := sha256.New()
	_, _ = body.WriteTo(payload) // a hash takes everything, and the caller holds the photos
	signature, scope, names := sign(credential[keySecretKey], service, now, hex.EncodeToString(payload.Sum(nil)),
		signedHeader{"content-type", mediaType}, signedHeader{"host", host})
	body.SetHeader("X-TC-Timestamp", strconv.FormatInt(now.Unix(), 10))
	body.SetHeader("Authorization", algorithm+" Credential="+credential[keySecretID].Reveal()+"/"+scope+
		", SignedHeaders="+names+", Signature="+signature.Reveal())
	body.Hide(signature)
	body.Hide(credential[keySecretID])
	body.Hide(credential[keySecretKey])
	body.SetSensitiveHeader("X-TC-Token", credential[keyToken])
}

// sign returns the signature of a POST, of which payload is the SHA-256, with these headers in the order
// of their names. Its scope has the date of UTC.
func sign(secretKey sensitive.String, service string, now time.Time, payload string, headers ...signedHeader) (signature sensitive.String, scope, names string) {
	var canonical, signed strings.Builder
	canonical.WriteString("POST\n/\n\n")
	for i, header := range headers {
		canonical.WriteString(header.name + ":" + header.value + "\n")
		if i > 0 {
			signed.WriteByte(';')
		}
		signed.WriteString(header.name)
	}
	names = signed.String()
	canonical.WriteString("\n" + names + "\n" + payload)
	request := sha256.Sum256([]byte(canonical.String()))

	date := now.UTC().Format(time.DateOnly)
	scope = date + "/" + service + "/" + scopeEnd
	key := mac(mac(mac([]byte("TC3"+secretKey.Reveal()), date), service), scopeEnd)
	toSign := algorithm + "\n" + strconv.FormatInt(now.Unix(), 10) + "\n" + scope + "\n" + hex.EncodeToString(request[:])
	return sensitive.New(hex.EncodeToString(mac(key, toSign))), scope, names
}

func mac(key []byte, text string) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(text))
	return m.Sum(nil)
}
