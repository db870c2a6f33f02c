package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/mem"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/leaktest"
	"github.com/liveness-gateway/gateway/internal/leaktest/canary"
)

// Requests that are broken, of the wrong types, too large or against the rules, over both
// transports: no answer repeats a value of theirs, and nobody else learns one.
func TestRefusedRequestsLeaveNothing(t *testing.T) {
	l := newLeaks()
	servers := leaktest.StartVendors()
	t.Cleanup(servers.Close)
	var cases []leakCase
	for i, product := range leakProducts {
		set := l.Watch(canary.NewSet(fmt.Sprintf("r%d", i)))
		vendor, err := product.StandIn(set, "/"+set.Case, "")
		require.NoError(t, err)
		cases = append(cases, leakCase{set: set, product: product, vendor: vendor})
	}
	g := startLeaky(t, leakConfig(t, servers, cases))
	ended := g.drain()
	requests := 0
	for i := range cases {
		requests += g.refusedJSON(t, l, &cases[i])
		requests += g.refusedForms(t, l, &cases[i])
		requests += g.refusedMessages(t, l, &cases[i])
		requests += g.keyed(t, l, &cases[i])
	}
	g.scanAdmin(t, l)
	require.NoError(t, g.Process.Signal(syscall.SIGTERM))
	<-ended
	require.NoError(t, g.Wait())
	l.scan("standard output and error", g.written.Bytes(), nil)
	t.Logf("%d requests, %d bytes written, %d texts", requests, g.written.Len(), l.scanned)
	l.none(t)
	for _, reason := range []string{
		"INVALID_REQUEST", "ARGUMENT_REJECTED", "REQUEST_TOO_LARGE", "IDENTITY_NAME_INVALID", "IDENTITY_NUMBER_INVALID",
		"NO_ELIGIBLE_PRODUCT", "METHOD_UNKNOWN", "DEADLINE_TOO_SHORT", "IDEMPOTENCY_KEY_REUSED",
	} {
		require.Contains(t, l.reasons, reason)
	}
}

// mutations of a request make it one that is refused.
func mutations(set *canary.Set) map[string]func(*livenessv1.IssueLivenessTokenRequest) {
	value := set.Text("value")
	long := strings.Repeat(value, 200)
	return map[string]func(*livenessv1.IssueLivenessTokenRequest){
		"scenario":       func(r *livenessv1.IssueLivenessTokenRequest) { r.Scenario = value },
		"no scenario":    func(r *livenessv1.IssueLivenessTokenRequest) { r.Scenario = strings.ToLower(value) },
		"key":            func(r *livenessv1.IssueLivenessTokenRequest) { r.IdempotencyKey = value + " " },
		"region":         func(r *livenessv1.IssueLivenessTokenRequest) { r.Regions = []string{value} },
		"products":       func(r *livenessv1.IssueLivenessTokenRequest) { r.AcceptedProducts = []string{value} },
		"product's name": func(r *livenessv1.IssueLivenessTokenRequest) { r.AcceptedProducts = []string{"megvii." + value + "!"} },
		"subject":        func(r *livenessv1.IssueLivenessTokenRequest) { r.SubjectId = long },
		"long subject":   func(r *livenessv1.IssueLivenessTokenRequest) { r.SubjectId = strings.Repeat(value, 10) },
		"reference":      func(r *livenessv1.IssueLivenessTokenRequest) { r.Reference = long },
		"long reference": func(r *livenessv1.IssueLivenessTokenRequest) { r.Reference = strings.Repeat(value, 6) },
		"language":       func(r *livenessv1.IssueLivenessTokenRequest) { r.Capture = &livenessv1.Capture{Language: &value} },
		"country":        func(r *livenessv1.IssueLivenessTokenRequest) { r.GetComparison().GetIdentityDocument().Country = value },
		"name":           func(r *livenessv1.IssueLivenessTokenRequest) { r.GetComparison().GetIdentityDocument().Name = long },
		"longish name": func(r *livenessv1.IssueLivenessTokenRequest) {
			r.GetComparison().GetIdentityDocument().Name = value + value
		},
		"number":     func(r *livenessv1.IssueLivenessTokenRequest) { r.GetComparison().GetIdentityDocument().Number = value },
		"return URL": func(r *livenessv1.IssueLivenessTokenRequest) { r.Callback = &livenessv1.Callback{ReturnUrl: &value} },
		"notify URL": func(r *livenessv1.IssueLivenessTokenRequest) { r.Callback = &livenessv1.Callback{NotifyUrl: &value} },
		"extra data": func(r *livenessv1.IssueLivenessTokenRequest) { r.Callback = &livenessv1.Callback{ExtraData: &long} },
		"metadata":   func(r *livenessv1.IssueLivenessTokenRequest) { r.ClientMetadata = new(strings.Repeat(value, 1000)) },
		"device":     func(r *livenessv1.IssueLivenessTokenRequest) { r.DeviceId = &long },
		"control":    func(r *livenessv1.IssueLivenessTokenRequest) { r.SubjectId = value + "\x00\x1b" },
	}
}

// mutated returns the requests that the mutations make, where they have what they change.
func mutated(c *leakCase) (requests []*livenessv1.IssueLivenessTokenRequest) {
	for name, mutate := range mutations(c.set) {
		request := c.product.Request(c.set, c.set.Case)
		if request.GetComparison().GetIdentityDocument() == nil && slices.Contains([]string{"country", "name", "longish name", "number"}, name) {
			continue
		}
		mutate(request)
		requests = append(requests, request)
	}
	return requests
}

var jsonHeader = map[string]string{"Content-Type": "application/json"}

func (g *leakyGateway) refusedJSON(t *testing.T, l *leaks, c *leakCase) (requests int) {
	t.Helper()
	value := c.set.Text("value")
	post := func(path string, body []byte, headers map[string]string) {
		requests++
		g.post(t.Context(), l, c.set, path, body, headers)
	}
	valid, err := protojson.Marshal(c.product.Request(c.set, c.set.Case))
	require.NoError(t, err)
	for _, request := range mutated(c) {
		body, err := protojson.Marshal(request)
		require.NoError(t, err)
		post("/v1/liveness-tokens", body, jsonHeader)
	}
	for cut := 1; cut < len(valid); cut += 1 + len(valid)/40 {
		post("/v1/liveness-tokens", valid[:cut], jsonHeader)
	}
	for _, name := range []string{
		"idempotencyKey", "flow", "scenario", "acceptedProducts", "regions", "subjectId", "reference", "comparison", "callback",
		"tokenLifetime", "capture", "detection", value, "comparison\":{\"" + value, "callback\":{\"" + value,
	} {
		closing := strings.Repeat("}", strings.Count(name, "{"))
		for _, wrong := range []any{value, []string{value}, map[string]string{value: value}, []any{map[string]string{value: value}}, 7e300, nil, "\x00" + value} {
			encoded, _ := json.Marshal(wrong)
			post("/v1/liveness-tokens", []byte(`{"`+name+`":`+string(encoded)+closing+`}`), jsonHeader)
		}
		post("/v1/liveness-tokens", []byte(`{"`+name+`":`+value+closing+`}`), jsonHeader)
		post("/v1/liveness-tokens", []byte(`{"`+name+`":"`+value+"\xff\"}"), jsonHeader)
		post("/v1/liveness-tokens", []byte(`{"`+name+`":"`+value+`","`+name+`":"`+value+`"}`), jsonHeader)
	}
	post("/v1/"+value, valid, jsonHeader)
	post("/v1/liveness-tokens/"+value+"?"+value+"="+value, valid, jsonHeader)
	post("/v1/liveness-tokens?"+value+"="+value, valid, jsonHeader)
	post("/v1/liveness-tokens?"+value, valid, jsonHeader)
	for _, query := range []string{
		"subjectId=" + value, "subject_id=" + value, "reference=" + value + "&reference=" + value, "comparison.identityDocument.name=" + value,
		"flow=FLOW_APP_SDK&" + value, "flow=%zz" + value, "flow;" + value, "flow[" + value + "]=1", "=" + value, "&" + value, "access_token=" + value,
	} {
		post("/v1/liveness-tokens?"+query, valid, jsonHeader)
		post("/v1/liveness-tokens?"+query, valid[:1], jsonHeader)
		post("/"+value+"?"+query, valid, jsonHeader)
	}
	for _, path := range []string{"/v1/liveness-tokens", "/v1/liveness-tokens?subjectId=" + value, "/healthz?" + value, "/healthz/" + value, "/docs/" + value, "/docs?" + value, "/" + value} {
		for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodOptions, value} {
			requests++
			g.send(t.Context(), l, c.set, method, path, nil, map[string]string{"Origin": "https://" + value, "Referer": value, "Access-Control-Request-Headers": value})
		}
	}
	for name, header := range map[string]string{
		"Content-Type": "text/" + value, "Grpc-Timeout": value, "Idempotency-Key": value + " ", "Content-Encoding": value, "Expect": value, "Accept": value,
	} {
		post("/v1/liveness-tokens", valid, map[string]string{"Content-Type": "application/json", name: header})
	}
	post("/v1/liveness-tokens", valid, map[string]string{"Content-Type": "application/json", "Grpc-Timeout": "50m"})
	post("/v1/liveness-tokens", append([]byte(`{"subjectId":"`), bytes.Repeat([]byte(value), 29<<20/len(value))...), jsonHeader)
	return requests
}

func (g *leakyGateway) refusedForms(t *testing.T, l *leaks, c *leakCase) (requests int) {
	t.Helper()
	value := c.set.Text("value")
	valid, err := protojson.Marshal(c.product.Request(c.set, c.set.Case))
	require.NoError(t, err)
	for _, parts := range [][][3]string{ // name, type, content
		{{"request", "application/json", string(valid)}, {value, "image/png", value}},
		{{value, "application/json", string(valid)}},
		{{"request", "application/json", string(valid[:len(valid)/2])}},
		{{"request", "text/" + value, string(valid)}},
		{{"request", "application/json", string(valid)}, {"request", "application/json", string(valid)}},
		{{"photos", "image/" + value, value}},
		{{"request", "application/json", `{"` + value + `":1}`}},
	} {
		for _, broken := range []bool{false, true} {
			requests++
			body, contentType := form(t, parts)
			if broken {
				body = body[:len(body)*2/3]
			}
			g.post(t.Context(), l, c.set, "/v1/liveness-tokens", body, map[string]string{"Content-Type": contentType})
		}
	}
	g.post(t.Context(), l, c.set, "/v1/liveness-tokens", valid, map[string]string{"Content-Type": "multipart/form-data; boundary=" + value})
	return requests + 1
}

func form(t *testing.T, parts [][3]string) (body []byte, contentType string) {
	t.Helper()
	var buffer bytes.Buffer
	writer := multipart.NewWriter(&buffer)
	for _, part := range parts {
		header := textproto.MIMEHeader{}
		header.Set("Content-Disposition", fmt.Sprintf("form-data; name=%q; filename=%q", part[0], part[0]))
		header.Set("Content-Type", part[1])
		into, err := writer.CreatePart(header)
		require.NoError(t, err)
		_, err = io.WriteString(into, part[2])
		require.NoError(t, err)
	}
	require.NoError(t, writer.Close())
	return buffer.Bytes(), writer.FormDataContentType()
}

// rawCodec sends bytes as they are.
type rawCodec struct{}

func (rawCodec) Marshal(v any) (mem.BufferSlice, error) {
	if raw, ok := v.([]byte); ok {
		return mem.BufferSlice{mem.SliceBuffer(raw)}, nil
	}
	encoded, err := proto.Marshal(v.(proto.Message))
	return mem.BufferSlice{mem.SliceBuffer(encoded)}, err
}

func (rawCodec) Unmarshal(data mem.BufferSlice, v any) error {
	return proto.Unmarshal(data.Materialize(), v.(proto.Message))
}

func (rawCodec) Name() string { return "proto" }

var _ encoding.CodecV2 = rawCodec{}

func (g *leakyGateway) refusedMessages(t *testing.T, l *leaks, c *leakCase) (requests int) {
	t.Helper()
	value := c.set.Text("value")
	connection, err := grpc.NewClient(g.grpc, grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	defer func() { _ = connection.Close() }()
	invoke := func(ctx context.Context, method string, message any) {
		requests++
		var header, trailer metadata.MD
		response := &livenessv1.IssueLivenessTokenResponse{}
		err := connection.Invoke(ctx, method, message, response, grpc.ForceCodecV2(rawCodec{}), grpc.Header(&header), grpc.Trailer(&trailer))
		l.scanMetadata(header, trailer)
		if err != nil {
			l.scanStatus(err, c.set)
			return
		}
		encoded, _ := proto.Marshal(response)
		l.scanAnswer("gRPC answer", encoded, response, c.set)
	}
	method := livenessv1.LivenessService_IssueLivenessToken_FullMethodName
	for _, request := range mutated(c) {
		invoke(t.Context(), method, request)
	}
	valid, err := proto.Marshal(c.product.Request(c.set, c.set.Case))
	require.NoError(t, err)
	for cut := 1; cut < len(valid); cut += 1 + len(valid)/40 {
		invoke(t.Context(), method, valid[:cut])
	}
	unknown := protowire.AppendString(protowire.AppendTag(valid, 4711, protowire.BytesType), value)
	invoke(t.Context(), method, unknown)
	invoke(t.Context(), method, protowire.AppendString(protowire.AppendTag(nil, 6, protowire.BytesType), value+"\xff"))
	invoke(t.Context(), method, protowire.AppendString(protowire.AppendTag(nil, 2, protowire.BytesType), value))
	invoke(t.Context(), "/"+value+"/"+value, valid)
	invoke(t.Context(), "/liveness.v1.LivenessService/"+value, valid)
	invoke(t.Context(), method, bytes.Repeat([]byte(value), 22<<20/len(value)))
	invoke(metadata.AppendToOutgoingContext(t.Context(), "idempotency-key", value, value, value, "a-bin", value), method, valid)
	short, cancel := context.WithTimeout(t.Context(), 60*time.Millisecond)
	invoke(short, method, valid)
	cancel()
	return requests
}

// keyed makes calls with an idempotency key: one, its replay, and one with another message.
func (g *leakyGateway) keyed(t *testing.T, l *leaks, c *leakCase) (requests int) {
	t.Helper()
	for i := range 3 {
		request := c.product.Request(c.set, c.set.Case)
		request.IdempotencyKey = c.set.Text("idempotency_key")
		request.Reference += "1" // a vendor may take one once
		if i == 2 {
			request.SubjectId = c.set.Text("another subject")
		}
		body, err := protojson.Marshal(request)
		require.NoError(t, err)
		want := []int{http.StatusOK, http.StatusOK, http.StatusUnprocessableEntity}[i]
		headers := map[string]string{"Content-Type": "application/json", "Idempotency-Key": request.GetIdempotencyKey()}
		require.Equal(t, want, g.post(t.Context(), l, c.set, "/v1/liveness-tokens", body, headers), c.product)
	}
	return 3
}
