package aliyun

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/bodies"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

const (
	algorithm = "ACS3-HMAC-SHA256"
	timeForm  = "2006-01-02T15:04:05Z"

	nonceLength = 32
)

// sign sets the headers of a request to the address with that body, and hides the signature and
// what it is made with.
func (a *account) sign(body *bodies.URLEncoded, address *url.URL, call providers.Call) {
	content := sha256.New()
	_, _ = body.WriteTo(content) // a hash takes everything, and the caller holds the photos
	credential := a.Credentials[call.Credential]
	headers := map[string]string{
		"host":                  address.Host,
		"content-type":          mediaType,
		"x-acs-action":          action,
		"x-acs-version":         version,
		"x-acs-date":            call.SigningTime().UTC().Format(timeForm),
		"x-acs-signature-nonce": bodies.RandomText(a.Random, nonceLength),
		"x-acs-content-sha256":  hex.EncodeToString(content.Sum(nil)),
	}
	if token := credential[keySecurityToken]; !token.IsZero() {
		headers["x-acs-security-token"] = token.Reveal()
	}
	names, signature := signatureOf(credential[keyAccessKeySecret], address.RawQuery, headers)
	for name, value := range headers {
		if strings.HasPrefix(name, "x-acs-") { // the others come with every request
			body.SetHeader(name, value)
		}
	}
	body.SetSensitiveHeader("Authorization", sensitive.New(
		algorithm+" Credential="+credential[keyAccessKeyID].Reveal()+",SignedHeaders="+names+",Signature="+signature.Reveal()))
	body.Hide(signature)
	for _, secret := range credential {
		body.Hide(secret)
	}
}

// signatureOf signs a POST of / by "V3 request body and signature": the query, which is sorted and
// escaped, and all of the headers, whose names it returns. The path is "/", whatever it is.
func signatureOf(secret sensitive.String, query string, headers map[string]string) (signed string, signature sensitive.String) {
	names := slices.Sorted(maps.Keys(headers))
	var canonical strings.Builder
	canonical.WriteString("POST\n/\n" + query + "\n")
	for _, name := range names {
		canonical.WriteString(name + ":" + headers[name] + "\n")
	}
	signed = strings.Join(names, ";")
	canonical.WriteString("\n" + signed + "\n" + headers["x-acs-content-sha256"])
	mac := hmac.New(sha256.New, []byte(secret.Reveal()))
	request := sha256.Sum256([]byte(canonical.String()))
	mac.Write([]byte(algorithm + "\n" + hex.EncodeToString(request[:])))
	return signed, sensitive.New(hex.EncodeToString(mac.Sum(nil)))
}
