package aws

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/bodies"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/signing"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

const service = "rekognition"

// sign sets the headers of Signature Version 4: over the body, and over all headers that are
// set before. It hides the signature and what it is made with.
func (a *account) sign(body *bodies.JSON, address *url.URL, headers map[string]string, credential map[string]sensitive.String, now time.Time) {
	digest, length := signing.SHA256(body)
	request := &http.Request{Method: http.MethodPost, URL: address, Host: address.Host, Header: make(http.Header), ContentLength: length}
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	keys := aws.Credentials{
		AccessKeyID: credential[keyAccessKeyID].Reveal(), SecretAccessKey: credential[keySecretAccessKey].Reveal(),
		SessionToken: credential[keySessionToken].Reveal(),
	}
	_ = a.signer.SignHTTP(context.Background(), keys, request, digest, service, a.Options[region.Name], now) // it has no failure
	for name := range request.Header {
		if name != "Content-Type" { // which comes with the body
			body.SetHeader(name, request.Header.Get(name))
		}
	}
	_, signature, _ := strings.Cut(request.Header.Get("Authorization"), "Signature=")
	body.Hide(sensitive.New(request.Header.Get("Authorization")))
	body.Hide(sensitive.New(signature))
	body.HideCredential(credential)
}
