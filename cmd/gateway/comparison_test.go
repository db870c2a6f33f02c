package main

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/leaktest/canary"
)

// wiretap is a vendor that is out of order and keeps whatever it is sent.
type wiretap struct {
	mu   sync.Mutex
	sent bytes.Buffer
}

func (w *wiretap) ServeHTTP(answer http.ResponseWriter, r *http.Request) {
	request, _ := httputil.DumpRequest(r, true)
	w.mu.Lock()
	defer w.mu.Unlock()
	_, _ = w.sent.Write(request)
	answer.WriteHeader(http.StatusServiceUnavailable)
}

// take returns what was sent since it was asked last.
func (w *wiretap) take() []byte {
	w.mu.Lock()
	defer w.mu.Unlock()
	sent := bytes.Clone(w.sent.Bytes())
	w.sent.Reset()
	return sent
}

// Of a comparison that is optional the vendors of products that compare are sent what they compare, and the
// others nothing, in no spelling.
func TestOptionalComparisonOnTheWire(t *testing.T) {
	setSecrets(t, canary.NewSet("secrets"))
	vendors := &wiretap{}
	server := httptest.NewServer(vendors)
	t.Cleanup(server.Close)
	_, client := startGateway(t, trialConfig(server.URL), server.URL, io.Discard)
	bare := 0
	for _, product := range leakProducts {
		t.Run(product.ID, func(t *testing.T) {
			request := product.Request(canary.NewSet("the rest"), "")
			compared := canary.NewSet("the comparison")
			if product.Compares() {
				request.Comparison = product.Request(compared, "").GetComparison()
			} else {
				bare++
				request.Comparison = wholeComparison(compared)
			}
			request.Comparison.Optional = true
			scanner := canary.NewScanner()
			scanner.Watch(compared)

			_, err := client.IssueLivenessToken(t.Context(), request)
			require.Equal(t, codes.Unavailable, status.Code(err), "%v", err)
			sent := vendors.take()
			require.NotEmpty(t, sent)
			found := scanner.Find("the request", sent, nil)
			if product.Compares() {
				require.NotEmpty(t, found)
			} else {
				require.Empty(t, found)
				require.NotContains(t, string(sent), "PNG")
			}
		})
	}
	require.Positive(t, bare)
	require.Less(t, bare, len(leakProducts))
}

// wholeComparison is a comparison with all that one can hold, a canary each.
func wholeComparison(set *canary.Set) *livenessv1.Comparison {
	detect := true
	return &livenessv1.Comparison{
		IdentityDocument: &livenessv1.IdentityDocument{
			Type:    livenessv1.IdentityDocumentType_IDENTITY_DOCUMENT_TYPE_IDENTITY_CARD,
			Country: "CN", Name: set.Text("name"), Number: set.IdentityNumber("number"),
		},
		Photos:             []*livenessv1.Photo{{Content: set.Photo("first photo")}, {Content: set.Photo("second photo")}},
		DetectRotatedFaces: &detect, MultipleFaces: livenessv1.MultipleFaces_MULTIPLE_FACES_REJECT,
	}
}
