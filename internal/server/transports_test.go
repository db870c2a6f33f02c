package server_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	statuspb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/call"
)

const (
	issueMethod = "/liveness.v1.LivenessService/IssueLivenessToken"
	tokensPath  = "/v1/liveness-tokens"
)

// reply is what a caller gets, of either transport.
type reply struct {
	transport call.Transport
	// response is nil if the call failed, status if it did not.
	response *livenessv1.IssueLivenessTokenResponse
	status   *statuspb.Status
	// requestID is the header's, of a failed gRPC call the trailer's.
	requestID string

	// pushback is the trailer grpc-retry-pushback-ms of a gRPC call.
	pushback string

	// httpStatus, header and body are those of a REST call.
	httpStatus int
	header     http.Header
	body       string
}

func (r *reply) code() codes.Code { return codes.Code(r.status.GetCode()) }

// transports returns how to call the gateway over each transport.
func (g *gateway) transports() map[string]func(*testing.T, *livenessv1.IssueLivenessTokenRequest) *reply {
	return map[string]func(*testing.T, *livenessv1.IssueLivenessTokenRequest) *reply{
		"grpc": g.overGRPC, "rest": g.overREST,
	}
}

func (g *gateway) overGRPC(t *testing.T, request *livenessv1.IssueLivenessTokenRequest) *reply {
	t.Helper()
	return g.invoke(t.Context(), t, issueMethod, request)
}

func (g *gateway) invoke(ctx context.Context, t *testing.T, method string, request any, options ...grpc.CallOption) *reply {
	t.Helper()
	var header, trailer metadata.MD
	response := &livenessv1.IssueLivenessTokenResponse{}
	err := g.conn.Invoke(ctx, method, request, response, append(options, grpc.Header(&header), grpc.Trailer(&trailer))...)
	r := &reply{
		transport: call.GRPC,
		requestID: strings.Join(append(header.Get("x-request-id"), trailer.Get("x-request-id")...), ","),
		pushback:  strings.Join(trailer.Get("grpc-retry-pushback-ms"), ","),
	}
	if err != nil {
		r.status = status.Convert(err).Proto()
	} else {
		r.response = response
	}
	return r
}

func (g *gateway) overREST(t *testing.T, request *livenessv1.IssueLivenessTokenRequest) *reply {
	t.Helper()
	return g.postMessage(t, request)
}

// postMessage sends a message as JSON, with header names and values in turn.
func (g *gateway) postMessage(t *testing.T, request *livenessv1.IssueLivenessTokenRequest, headers ...string) *reply {
	t.Helper()
	body, err := protojson.Marshal(request)
	require.NoError(t, err)
	return g.post(t, string(body), headers...)
}

// post sends a JSON body, with header names and values in turn.
func (g *gateway) post(t *testing.T, body string, headers ...string) *reply {
	t.Helper()
	return g.send(t, http.MethodPost, tokensPath, body, append([]string{"Content-Type", "application/json"}, headers...)...)
}

func (g *gateway) send(t *testing.T, method, path, body string, headers ...string) *reply {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, g.encrypted.scheme()+"://"+g.restAddress+path, strings.NewReader(body))
	require.NoError(t, err)
	for i := 0; i < len(headers); i += 2 {
		request.Header.Add(headers[i], headers[i+1])
	}
	answer, err := g.client.Do(request) //nolint:bodyclose // readReply closes it
	require.NoError(t, err)
	return readReply(t, answer)
}

// readReply reads an answer of the REST listener: what is not a response must be a
// google.rpc.Status.
func readReply(t *testing.T, answer *http.Response) *reply {
	t.Helper()
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	r := &reply{
		transport: call.REST, requestID: answer.Header.Get("X-Request-Id"),
		httpStatus: answer.StatusCode, header: answer.Header, body: string(body),
	}
	if !bytes.HasPrefix(body, []byte("{")) {
		return r // no answer of the tokens route, or one to HEAD
	}
	if answer.StatusCode == http.StatusOK {
		r.response = &livenessv1.IssueLivenessTokenResponse{}
		require.NoError(t, protojson.Unmarshal(body, r.response), "%s", body)
		return r
	}
	r.status = &statuspb.Status{}
	require.NoError(t, protojson.Unmarshal(body, r.status), "%s", body)
	return r
}
