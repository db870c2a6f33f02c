package bodies_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"

	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/bodies"
)

// countUp is the random function of the tests; boundary is what it gives.
func countUp(p []byte) {
	for i := range p {
		p[i] = byte(i + 1)
	}
}

const boundary = "0102030405060708090a0b0c0d0e0f10"

// small returns a form of one parameter.
func small() *bodies.Form {
	form := bodies.NewForm(countUp, 2)
	form.Add("name", "value")
	return form
}

// send sends the body and reads the answer, whatever it is.
func send(ctx context.Context, transport http.RoundTripper, target *url.URL, body bodies.Body) error {
	request, _ := bodies.NewRequest(ctx, target, body)
	return do(transport, request)
}

func do(transport http.RoundTripper, request *http.Request) error {
	response, err := transport.RoundTrip(request)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, response.Body)
	return errors.Join(err, response.Body.Close())
}
