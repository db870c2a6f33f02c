package aliyun

import (
	"encoding/hex"
	"net/url"
	"time"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/bodies"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/signing"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

const (
	algorithm   = "ACS3-HMAC-SHA256"
	nonceLength = 32
)

// sign sets the headers of a request to the address with that body, and hides the signature and
// what it is made with.
func (a *account) sign(body *bodies.URLEncoded, address *url.URL, call providers.Call) {
	credential := a.Credentials[call.Credential]
	digest, _ := signing.SHA256(body)
	headers := []signing.Header{
		{Name: "x-acs-action", Value: action},
		{Name: "x-acs-version", Value: version},
		{Name: "x-acs-date", Value: call.SigningTime().UTC().Format(time.RFC3339)},
		{Name: "x-acs-signature-nonce", Value: bodies.RandomText(a.Random, nonceLength)},
		{Name: "x-acs-content-sha256", Value: digest},
		{Name: "x-acs-security-token", Value: credential[keySecurityToken].Reveal()},
	}
	for _, header := range headers {
		body.SetHeader(header.Name, header.Value)
	}
	headers = append(headers, signing.Header{Name: "host", Value: address.Host}, signing.Header{Name: "content-type", Value: bodies.MediaTypeURLEncoded})
	names, signature := signatureOf(credential[keyAccessKeySecret], address.RawQuery, digest, headers...)
	body.SetHeader("Authorization",
		algorithm+" Credential="+credential[keyAccessKeyID].Reveal()+",SignedHeaders="+names+",Signature="+signature.Reveal())
	body.Hide(signature)
	body.HideCredential(credential)
}

// signatureOf signs a POST of / by "V3 request body and signature": the query, which is sorted and
// escaped, the digest of the body, and all of the headers, whose names it returns. The path is "/", whatever it is.
func signatureOf(secret sensitive.String, query, digest string, headers ...signing.Header) (names string, signature sensitive.String) {
	request, names := signing.Canonical(query, digest, headers...)
	return names, sensitive.New(hex.EncodeToString(signing.HMACSHA256([]byte(secret.Reveal()), algorithm+"\n"+request)))
}
