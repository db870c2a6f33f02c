package server_test

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing"
	"github.com/liveness-gateway/gateway/internal/routing/route"
)

const goodBody = `{"flow": "FLOW_APP_SDK"}`

// unreachable is an issuer for calls that must end before it.
func unreachable(t *testing.T) issuer {
	t.Helper()
	return func(context.Context, *routing.Query) (*routing.Outcome, error) {
		t.Error("the issuer was called")
		return &routing.Outcome{}, &providers.Error{Reason: providers.Internal}
	}
}

func requireMethodUnknown(t *testing.T, r *reply, httpStatus int) {
	t.Helper()
	require.Equal(t, httpStatus, r.httpStatus)
	require.Equal(t, codes.Unimplemented, r.code())
	require.Equal(t, "METHOD_UNKNOWN", requireFailure(t, r).info.GetReason())
	requireAnswerHeaders(t, r)
}

// requireAnswerHeaders checks the headers of every answer of the route.
func requireAnswerHeaders(t *testing.T, r *reply) {
	t.Helper()
	require.Equal(t, "application/json", r.header.Get("Content-Type"))
	require.Equal(t, "no-store", r.header.Get("Cache-Control"))
	require.Equal(t, "nosniff", r.header.Get("X-Content-Type-Options"))
	require.NotEmpty(t, r.header.Get("X-Request-Id"))
	for name := range r.header {
		require.False(t, strings.HasPrefix(name, "Access-Control-"), name)
	}
}

func TestAnswerHeaders(t *testing.T) {
	g := start(t, issues)
	r := g.post(t, goodBody, "Origin", "https://example.com")
	require.NotNil(t, r.response)
	requireAnswerHeaders(t, r)
	require.Equal(t, r.requestID, r.response.GetRequestId())
	require.Equal(t, r.requestID, (<-g.calls).RequestID)
	require.NotEqual(t, r.requestID, g.post(t, goodBody).requestID)
}

func TestWrongPaths(t *testing.T) {
	g := start(t, unreachable(t))
	for _, path := range []string{
		"/", "/v1", "/v1/", "/v1/liveness-tokens/", "/v1/liveness-tokens/x", "/v2/liveness-tokens", "/V1/Liveness-Tokens",
		"//", "//v1/liveness-tokens", "/v1//liveness-tokens", "/v1/./liveness-tokens", "/v1/x/../liveness-tokens", "//healthz",
		issueMethod, "/metrics",
	} {
		t.Run(path, func(t *testing.T) {
			requireMethodUnknown(t, g.send(t, http.MethodPost, path, goodBody, "Content-Type", "application/json"), 404)
			require.Equal(t, 404, (<-g.calls).HTTPStatus)
		})
	}
}

func TestWrongMethods(t *testing.T) {
	g := start(t, unreachable(t))
	for _, method := range []string{
		http.MethodGet, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions, http.MethodTrace, "BREW",
	} {
		t.Run(method, func(t *testing.T) {
			r := g.send(t, method, tokensPath, "", "Content-Type", "application/json",
				"Origin", "https://example.com", "Access-Control-Request-Method", "POST")
			requireMethodUnknown(t, r, 405)
			require.Equal(t, "POST", r.header.Get("Allow"))
			require.Equal(t, 405, (<-g.calls).HTTPStatus)
		})
	}
	t.Run(http.MethodHead, func(t *testing.T) {
		r := g.send(t, http.MethodHead, tokensPath, "")
		require.Equal(t, 405, r.httpStatus)
		require.Equal(t, "POST", r.header.Get("Allow"))
		require.Empty(t, r.body)
		requireAnswerHeaders(t, r)
	})
}

func TestMediaTypes(t *testing.T) {
	g := start(t, issues)
	for name, headers := range map[string][]string{
		"none":            {},
		"empty":           {"Content-Type", ""},
		"a form":          {"Content-Type", "application/x-www-form-urlencoded"},
		"text":            {"Content-Type", "text/plain"},
		"like JSON":       {"Content-Type", "application/jsonp"},
		"JSON in a list":  {"Content-Type", "text/plain, application/json"},
		"protobuf":        {"Content-Type", "application/x-protobuf"},
		"broken":          {"Content-Type", "application/json; charset"},
		"gzip":            {"Content-Type", "application/json", "Content-Encoding", "gzip"},
		"unknown coding":  {"Content-Type", "application/json", "Content-Encoding", "no-such"},
		"latin 1":         {"Content-Type", "application/json; charset=iso-8859-1"},
		"UTF-16":          {"Content-Type", "application/json; charset=UTF-16"},
		"a form in GBK":   {"Content-Type", "multipart/form-data; boundary=b; charset=gbk"},
		"several codings": {"Content-Type", "application/json", "Content-Encoding", "identity, gzip"},
		"two codings":     {"Content-Type", "application/json", "Content-Encoding", "identity", "Content-Encoding", "gzip"},
		"two types":       {"Content-Type", "application/json", "Content-Type", "text/plain"},
		"one type twice":  {"Content-Type", "application/json", "Content-Type", "application/json"},
	} {
		t.Run(name, func(t *testing.T) {
			requireMethodUnknown(t, g.send(t, http.MethodPost, tokensPath, goodBody, headers...), 415)
			require.Equal(t, 415, (<-g.calls).HTTPStatus)
		})
	}
	for want, headers := range map[string][]string{
		"the charset of the body must be UTF-8":                                    {"Content-Type", "application/json; charset=gbk"},
		"the body must not be compressed: Content-Encoding is not taken":           {"Content-Type", "application/json", "Content-Encoding", "br"},
		"the body must be application/json or multipart/form-data with a boundary": {"Content-Type", "multipart/form-data"},
		"the header Content-Type is there twice":                                   {"Content-Type", "application/json", "Content-Type", "text/plain"},
	} {
		t.Run(want, func(t *testing.T) {
			require.Contains(t, g.send(t, http.MethodPost, tokensPath, goodBody, headers...).status.GetMessage(), want)
			<-g.calls
		})
	}
	for name, headers := range map[string][]string{
		"plain":       {"Content-Type", "application/json"},
		"with UTF-8":  {"Content-Type", "application/json; charset=UTF-8"},
		"with utf8":   {"Content-Type", "application/json;charset=\"utf8\""},
		"in ASCII":    {"Content-Type", "application/json; charset=US-ASCII"},
		"in capitals": {"Content-Type", "Application/JSON"},
		"identity":    {"Content-Type", "application/json", "Content-Encoding", "identity"},
		"IDENTITY":    {"Content-Type", "application/json", "Content-Encoding", "IDENTITY"},
	} {
		t.Run(name, func(t *testing.T) {
			require.NotNil(t, g.send(t, http.MethodPost, tokensPath, goodBody, headers...).response)
		})
	}
}

// TestOtherHeadersPassNowhere sends headers by which other gateways let a client set
// metadata, an identity or a method.
func TestOtherHeadersPassNowhere(t *testing.T) {
	g := start(t, func(ctx context.Context, query *routing.Query) (*routing.Outcome, error) {
		_, ok := metadata.FromIncomingContext(ctx)
		require.False(t, ok, "incoming metadata")
		require.Empty(t, compareQueries(route.Query{Flow: providers.FlowAppSDK, Request: &providers.Request{}}, query.Query))
		return issues(ctx, query)
	})
	r := g.post(t, goodBody, "X-Request-Id", marker, "Grpc-Metadata-Caller", marker, "Authorization", marker,
		"X-Forwarded-For", marker, "X-HTTP-Method-Override", "DELETE", "Accept", "text/html", "Cookie", "a="+marker)
	require.NotNil(t, r.response)
	require.NotContains(t, r.body, marker)
	var header bytes.Buffer
	require.NoError(t, r.header.Write(&header))
	require.NotContains(t, header.String(), marker)
}

func TestHealthz(t *testing.T) {
	g := start(t, unreachable(t))
	r := g.send(t, http.MethodGet, "/healthz", "")
	require.Equal(t, http.StatusOK, r.httpStatus)
	require.Equal(t, "ok\n", r.body)
	require.Equal(t, http.StatusOK, g.send(t, http.MethodHead, "/healthz", "").httpStatus)
	require.Empty(t, g.calls, "a probe is no call")
}

// Nothing of a query string would be taken, so it is refused, and named where it can be.
func TestQueryStrings(t *testing.T) {
	g := start(t, unreachable(t))
	for query, field := range map[string]string{
		"scenario=x": "scenario", "flow": "flow", "%zz": "", "=x": "", "a;b": "", "张三=1": "", "&": "", "scenario=x&flow=y": "scenario",
		"tokenLifetime=60s": "tokenLifetime", "subject_id=u": "subject_id",
		"user7f3a9173": "", "LiuXiaoming=1": "", "scenario7f3a=x": "", "Scenario": "", // words of the caller's
	} {
		r := g.send(t, http.MethodPost, tokensPath+"?"+query, goodBody, "Content-Type", "application/json")
		require.Equal(t, http.StatusBadRequest, r.httpStatus, query)
		d := requireFailure(t, r)
		require.Equal(t, "INVALID_REQUEST", d.info.GetReason())
		require.Equal(t, []string{field}, d.fields())
		require.Contains(t, r.status.GetMessage(), "the query string is not taken")
		require.Equal(t, providers.InvalidRequest, (<-g.calls).Reason)
	}
	requireMethodUnknown(t, g.send(t, http.MethodGet, tokensPath+"?%zz", ""), 405)
	requireMethodUnknown(t, g.send(t, http.MethodPost, "/no/such?path=1", ""), 404)
	require.Equal(t, http.StatusOK, g.send(t, http.MethodGet, "/healthz?now", "").httpStatus)
}

func TestTwoTimeouts(t *testing.T) {
	g := start(t, unreachable(t))
	r := g.exchange(t, "POST "+tokensPath+" HTTP/1.1", "Host: gateway", "Content-Type: application/json",
		"Grpc-Timeout: 5S", "grpc-timeout: 5S", "Content-Length: 24", "", goodBody)
	require.Equal(t, http.StatusBadRequest, r.httpStatus)
	require.Contains(t, r.status.GetMessage(), "the header Grpc-Timeout is there twice")
}
