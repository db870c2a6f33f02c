package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	statuspb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/protobuf/encoding/protojson"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/openapitest"
)

// The flags are for Prism as a validating proxy, of which test/system has one.
var (
	parityREST  = flag.String("parity.rest", "127.0.0.1:0", "the `address` of the REST listener of TestParity's gateways")
	parityProxy = flag.String("parity.proxy", "", "make the calls of TestParity over REST alone, and through the Prism with that `url`, which is in front of the listener")
)

// maxPrism is the longest body that Prism reads, in bytes.
const maxPrism = 10 << 20

func (c *parityCase) callREST(t *testing.T, g *started, _ livenessv1.LivenessServiceClient, request []byte) observation {
	t.Helper()
	return overREST(t, g.restURL(), request, c.Timeout)
}

func (c *parityCase) callForm(t *testing.T, g *started, _ livenessv1.LivenessServiceClient, request []byte) observation {
	t.Helper()
	return overForm(t, g.restURL(), request, c.Timeout)
}

func overREST(t *testing.T, url string, body []byte, timeout string) observation {
	t.Helper()
	wrong := openapitest.Check(t, openapitest.Request, body)
	require.Equal(t, openapitest.BreaksARule(body), wrong != nil, "what the OpenAPI document says of the request: %v", wrong)
	got := send(t, url, "application/json", bytes.NewBuffer(body), timeout)
	got.checkProxy(t, openapitest.BreaksARule(body))
	return got
}

func (c *parityCase) hasPhotos() bool {
	comparison, _ := c.Request["comparison"].(map[string]any)
	return comparison["photos"] != nil
}

// overForm sends the request's photos as parts of a form.
func overForm(t *testing.T, url string, body []byte, timeout string) observation {
	t.Helper()
	var request map[string]any
	require.NoError(t, json.Unmarshal(body, &request))
	var comparison struct {
		Comparison struct{ Photos []struct{ Content []byte } }
	}
	require.NoError(t, json.Unmarshal(body, &comparison))
	if without, ok := request["comparison"].(map[string]any); ok {
		delete(without, "photos")
	}
	without, err := json.Marshal(request)
	require.NoError(t, err)

	var form bytes.Buffer
	writer := multipart.NewWriter(&form)
	require.NoError(t, writer.WriteField("request", string(without)))
	for _, photo := range comparison.Comparison.Photos {
		part, err := writer.CreateFormFile("photos", "photo.jpg")
		require.NoError(t, err)
		_, err = part.Write(photo.Content)
		require.NoError(t, err)
	}
	require.NoError(t, writer.Close())
	return send(t, url, writer.FormDataContentType(), &form, timeout)
}

func send(t *testing.T, url, contentType string, body *bytes.Buffer, timeout string) observation {
	t.Helper()
	proxied := *parityProxy != "" && body.Len() <= maxPrism
	if proxied {
		url = *parityProxy + "/v1/liveness-tokens"
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, body)
	require.NoError(t, err)
	request.Header.Set("Content-Type", contentType)
	if timeout != "" {
		request.Header.Set("Grpc-Timeout", strings.TrimSuffix(timeout, "s"))
	}
	answer, err := (&http.Client{}).Do(request)
	require.NoError(t, err)
	defer func() { _ = answer.Body.Close() }()
	content, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	got := observation{http: answer.StatusCode, status: &statuspb.Status{}, proxied: proxied}
	require.NoError(t, openapitest.Check(t, openapitest.Answer(answer.StatusCode), content), "the OpenAPI document has another answer")
	if violations := answer.Header.Get("Sl-Violations"); violations != "" {
		require.NoError(t, json.Unmarshal([]byte(violations), &got.violations), violations)
	}
	if seconds := answer.Header.Get("Retry-After"); seconds != "" {
		got.retry = seconds + "s"
	}
	if answer.StatusCode == http.StatusOK {
		got.response = &livenessv1.IssueLivenessTokenResponse{}
		require.NoError(t, protojson.Unmarshal(content, got.response))
		return got
	}
	require.NoError(t, protojson.Unmarshal(content, got.status))
	return got
}

// checkProxy checks that the proxy holds against the request what the contract does, and
// against the answer nothing.
func (o *observation) checkProxy(t *testing.T, broken bool) {
	t.Helper()
	if !o.proxied {
		return
	}
	ofRequest := 0
	for _, v := range o.violations {
		require.NotEmpty(t, v.Location, "%v", v)
		require.Equal(t, "request", v.Location[0], "%v", v)
		ofRequest++
	}
	require.Equal(t, broken, ofRequest > 0, "%v", o.violations)
}
