package tencent

import (
	"encoding/hex"
	"strconv"
	"time"

	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/bodies"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/signing"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

const (
	algorithm = "TC3-HMAC-SHA256"
	service   = "faceid" // on every host
	scopeEnd  = "tc3_request"
)

// authorize sets the headers of TC3-HMAC-SHA256 (Signature v3), which signs the body byte for byte,
// and "/" whatever the path is. It hides the signature and its inputs from the log.
func authorize(body *bodies.JSON, host string, credential map[string]sensitive.String, now time.Time) {
	digest, _ := signing.SHA256(body)
	signature, scope, names := sign(credential[keySecretKey], service, now, digest,
		signing.Header{Name: "content-type", Value: mediaType}, signing.Header{Name: "host", Value: host})
	body.SetHeader("X-TC-Timestamp", strconv.FormatInt(now.Unix(), 10))
	body.SetHeader("X-TC-Token", credential[keyToken].Reveal())
	body.SetHeader("Authorization", algorithm+" Credential="+credential[keySecretID].Reveal()+"/"+scope+
		", SignedHeaders="+names+", Signature="+signature.Reveal())
	body.Hide(signature)
	body.HideCredential(credential)
}

// sign returns the signature of a POST, of which digest is the SHA-256 of the body, with these headers.
// Its scope has the date of UTC.
func sign(
	secretKey sensitive.String, service string, now time.Time, digest string, headers ...signing.Header,
) (signature sensitive.String, scope, names string) {
	request, names := signing.Canonical("", digest, headers...)
	date := now.UTC().Format(time.DateOnly)
	scope = date + "/" + service + "/" + scopeEnd
	key := []byte("TC3" + secretKey.Reveal())
	for _, part := range []string{date, service, scopeEnd} {
		key = signing.HMACSHA256(key, part)
	}
	toSign := algorithm + "\n" + strconv.FormatInt(now.Unix(), 10) + "\n" + scope + "\n" + request
	return sensitive.New(hex.EncodeToString(signing.HMACSHA256(key, toSign))), scope, names
}
