package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/leaktest"
)

var leakProducts = []string{"linkface.app", "megvii.app-v5", "megvii.h5-flash", "megvii.lite-page", "megvii.pc-web", "megvii.random-number"}

// leakCase is a product on an account of its own.
type leakCase struct {
	set     *leaktest.Set
	product string
	vendor  http.Handler // nil: nobody listens
	calls   int
	hung    chan struct{} // of a vendor that hangs: closed when it has a request
	out     bool          // of an account that is out of service
}

// leakCases are every product with each outcome of its stand-in, with an answer that holds
// canaries, and with echoes in each spelling.
func leakCases(t *testing.T, scanner *leaktest.Scanner) (cases []leakCase) {
	t.Helper()
	for _, product := range leakProducts {
		add := func(vendor func(*leaktest.Set) http.Handler, calls func(*leaktest.Set, http.Handler) int) {
			set := scanner.Watch(leaktest.NewSet(fmt.Sprintf("c%d", len(cases))))
			set.Text("key")
			set.Text("secret")
			leaktest.Request(set, product, set.Case)
			handler := vendor(set)
			cases = append(cases, leakCase{set: set, product: product, vendor: handler, calls: calls(set, handler)})
		}
		twice := func(*leaktest.Set, http.Handler) int { return 2 }
		outcomes, err := leaktest.Outcomes(product)
		require.NoError(t, err)
		for _, outcome := range append(outcomes, "", "hang") {
			add(func(set *leaktest.Set) http.Handler { return leaktest.StandIn(set, product, outcome) }, twice)
		}
		last := &cases[len(cases)-1]
		last.vendor, last.hung, last.calls = tells(last.vendor)
		add(func(set *leaktest.Set) http.Handler { return leaktest.Answer(set, product) }, twice)
		add(func(*leaktest.Set) http.Handler { return nil }, twice)
		add(func(set *leaktest.Set) http.Handler { return leaktest.Answer(set, product) }, twice)
		cases[len(cases)-1].out = true
		for _, spelling := range leaktest.Spellings() {
			add(func(set *leaktest.Set) http.Handler { return leaktest.NewEcho(set, product, spelling) },
				func(_ *leaktest.Set, h http.Handler) int { return h.(*leaktest.Echo).Requests() })
		}
	}
	return cases
}

// tells is a vendor that closes hung at the first request, the only one that is made.
func tells(vendor http.Handler) (_ http.Handler, hung chan struct{}, calls int) {
	hung = make(chan struct{})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(hung)
		vendor.ServeHTTP(w, r)
	}), hung, 1
}

// leakConfig is a gateway with an account, credentials and routes for each case.
func leakConfig(t *testing.T, vendors *leaktest.Vendors, cases []leakCase) (file string) {
	t.Helper()
	folder := t.TempDir()
	var accounts, routes, out strings.Builder
	for _, c := range cases {
		if c.out {
			fmt.Fprintf(&out, "  - {account: %s, reason: test}\n", c.set.Case)
		}
		url, flow, key, parameters := vendors.URL, "app_sdk", "api_key", ""
		if c.vendor == nil {
			url = "http://127.0.0.1:1"
		} else {
			vendors.Serve(c.set, c.vendor)
		}
		switch c.product {
		case "linkface.app":
			key = "api_id"
		case "megvii.app-v5":
			parameters = ", parameters: {liveness_id: test}"
		case "megvii.h5-flash":
			flow = "js_sdk"
		case "megvii.pc-web", "megvii.lite-page":
			flow = "hosted_page"
		case "megvii.random-number":
			flow = "spoken_digits"
		}
		provider, _, _ := strings.Cut(c.product, ".")
		for name, value := range map[string]string{"key": c.set.Text("key"), "secret": c.set.Text("secret")} {
			require.NoError(t, os.WriteFile(filepath.Join(folder, c.set.Case+"-"+name), []byte(value), 0o600))
		}
		fmt.Fprintf(&accounts, "  %[1]s:\n    provider: %[2]s\n    base_url: %[3]s\n    path_prefix: /%[1]s\n    timeout: 1s\n"+
			"    credentials: [{name: main, %[4]s: {file: %[1]s-key}, api_secret: {file: %[1]s-secret}}]\n", c.set.Case, provider, url, key)
		fmt.Fprintf(&routes, "  - {flow: %s, scenario: %s, targets: [{account: %[2]s, product: %s%s}]}\n", flow, c.set.Case, c.product, parameters)
	}
	file = filepath.Join(folder, "gateway.yaml")
	require.NoError(t, os.WriteFile(file, []byte(`listen: {grpc: "127.0.0.1:0", rest: "127.0.0.1:0", admin: "127.0.0.1:0", pprof: true}
log: {level: debug}
shutdown_grace: 500ms
accounts:
`+accounts.String()+"routes:\n"+routes.String()+listed("out_of_service", out.String())), 0o600))
	return file
}

// listed returns a key with its list, nothing if that is empty.
func listed(key, list string) string {
	if list == "" {
		return ""
	}
	return key + ":\n" + list
}

// leaks gathers what was found.
type leaks struct {
	*leaktest.Scanner

	mu      sync.Mutex
	found   []string
	reasons map[string]bool
	scanned int
}

func newLeaks() *leaks { return &leaks{Scanner: leaktest.NewScanner(), reasons: map[string]bool{}} }

func (l *leaks) scan(place string, text []byte, mine *leaktest.Set, names ...string) {
	found := l.Find(place, text, mine, names...)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.scanned++
	l.found = append(l.found, found...)
}

// none fails the test if anything was found.
func (l *leaks) none(t *testing.T) {
	t.Helper()
	const shown = 40
	for i, line := range l.found {
		if i == shown {
			t.Logf("and %d more", len(l.found)-shown)
			break
		}
		t.Log(line)
	}
	require.Empty(t, l.found, "leaks in %d texts", l.scanned)
}

// ownAnswer are the values that only the caller's own answer may hold.
var ownAnswer = []string{"token", "session_id", "reference"}

// scanMetadata looks at what a gRPC client sees beside an answer or a failure. Metadata prints
// most of itself as redacted. The trailer repeats the details of a failure.
func (l *leaks) scanMetadata(header, trailer metadata.MD) {
	trailer = trailer.Copy()
	trailer.Delete("grpc-status-details-bin")
	for of, md := range map[string]metadata.MD{"header": header, "trailer": trailer} {
		l.scan("gRPC "+of, fmt.Append(nil, map[string][]string(md)), nil)
	}
}

// scanStatus looks at a failure as a gRPC client sees it.
func (l *leaks) scanStatus(err error, mine *leaktest.Set) {
	s := status.Convert(err)
	encoded, _ := proto.Marshal(s.Proto())
	l.scan("gRPC status", append(encoded, fmt.Sprintf("%v %v", err, s.Details())...), mine, "reference")
	for _, detail := range s.Details() {
		if info, ok := detail.(interface{ GetReason() string }); ok {
			l.mu.Lock()
			l.reasons[info.GetReason()] = true
			l.mu.Unlock()
		}
	}
}

// leakyGateway is a gateway in a process of its own, and everything that it writes.
type leakyGateway struct {
	*child
	grpc, rest, operator string
	written              bytes.Buffer
	client               livenessv1.LivenessServiceClient
}

func startLeaky(t *testing.T, file string, env ...string) *leakyGateway {
	t.Helper()
	g := &leakyGateway{child: &child{Cmd: exec.Command(os.Args[0], "serve", "--config", file)}}
	g.Env = append(append(g.Environ(), asGateway+"=1"), env...)
	reader, writer, err := os.Pipe()
	require.NoError(t, err)
	t.Cleanup(func() { _ = reader.Close() })
	g.Stdout, g.Stderr = writer, writer
	require.NoError(t, g.Start())
	require.NoError(t, writer.Close())
	t.Cleanup(func() { _ = g.Process.Kill() })
	g.log = newScanner(io.TeeReader(reader, &g.written))
	serving := g.await(t, "serving")
	g.grpc, g.rest, g.operator = serving["grpc"].(string), serving["rest"].(string), serving["operator"].(string)
	connection, err := grpc.NewClient(g.grpc, grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() { _ = connection.Close() })
	g.client = livenessv1.NewLivenessServiceClient(connection)
	return g
}

// drain reads what is written while the test goes on, which otherwise would fill the pipe.
func (g *leakyGateway) drain() (ended <-chan struct{}) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		for g.log.Scan() { // the scanner copies it
		}
	}()
	return done
}

// call makes a call over both transports in turn and looks at its answer.
func (g *leakyGateway) call(ctx context.Context, l *leaks, c *leakCase, turn int) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	request := leaktest.Request(c.set, c.product, c.set.Case)
	secret := c.set.Text("header")
	if turn%2 == 0 {
		var header, trailer metadata.MD
		sent := []string{"authorization", secret, "cookie", secret, "x-request-id", "no id " + secret, "baggage", "user=" + secret}
		for _, name := range strangeHeaders {
			sent = append(sent, name, secret, name+"-bin", secret)
		}
		ctx = metadata.AppendToOutgoingContext(ctx, sent...)
		response, err := g.client.IssueLivenessToken(ctx, request, grpc.Header(&header), grpc.Trailer(&trailer))
		l.scanMetadata(header, trailer)
		if err != nil {
			l.scanStatus(err, c.set)
			return
		}
		encoded, _ := proto.Marshal(response)
		l.scan("gRPC answer", encoded, c.set, ownAnswer...)
		return
	}
	body, _ := protojson.Marshal(request)
	headers := map[string]string{
		"Content-Type": "application/json", "Authorization": secret, "Cookie": "a=" + secret, "X-Request-Id": "no id " + secret, "User-Agent": secret, "Referer": secret,
	}
	for _, name := range strangeHeaders {
		headers[name] = secret
	}
	g.post(ctx, l, c.set, "/v1/liveness-tokens", body, headers)
}

// strangeHeaders are headers that no answer has use for.
var strangeHeaders = []string{
	"accept-language", "access-control-request-headers", "forwarded", "from", "grpc-metadata-user", "if-none-match", "origin", "via",
	"x-b3-traceid", "x-correlation-id", "x-forwarded-for", "x-forwarded-host", "x-forwarded-user", "x-real-ip", "x-user",
}

// post sends a body over REST and looks at the answer with its headers and trailers.
func (g *leakyGateway) post(ctx context.Context, l *leaks, mine *leaktest.Set, path string, body []byte, headers map[string]string) int {
	return g.send(ctx, l, mine, http.MethodPost, path, body, headers)
}

// send is post with another method.
func (g *leakyGateway) send(ctx context.Context, l *leaks, mine *leaktest.Set, method, path string, body []byte, headers map[string]string) int {
	request, err := http.NewRequestWithContext(ctx, method, "http://"+g.rest+path, bytes.NewReader(body))
	if err != nil {
		l.scan(err.Error(), nil, nil)
		return 0
	}
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	response, err := http.DefaultTransport.RoundTrip(request) //nolint:forbidigo // a client of the test
	if err != nil {
		return 0
	}
	defer func() { _ = response.Body.Close() }()
	answer, _ := io.ReadAll(response.Body)
	var head bytes.Buffer
	_ = response.Header.Write(&head)
	_ = response.Trailer.Write(&head)
	names := []string{"reference"}
	if response.StatusCode == http.StatusOK {
		names = ownAnswer
	}
	l.scan(fmt.Sprint("REST answer ", response.StatusCode), append(answer, head.Bytes()...), mine, names...)
	if _, reason, found := strings.Cut(string(answer), `"reason":"`); found {
		reason, _, _ = strings.Cut(reason, `"`)
		l.mu.Lock()
		l.reasons[reason] = true
		l.mu.Unlock()
	}
	return response.StatusCode
}

// adminPages are all that operators can read.
var adminPages = []string{
	"/metrics", "/routes", "/log-level", "/healthz", "/readyz", "/debug/pprof/", "/debug/pprof/heap?debug=1", "/debug/pprof/allocs?debug=1",
	"/debug/pprof/goroutine?debug=2", "/debug/pprof/goroutine?debug=1", "/debug/pprof/heap", "/debug/pprof/cmdline", "/debug/pprof/threadcreate?debug=1",
	"/debug/pprof/block?debug=1", "/debug/pprof/mutex?debug=1", "/debug/pprof/symbol",
}

func (g *leakyGateway) scanAdmin(t *testing.T, l *leaks) {
	t.Helper()
	for _, page := range adminPages {
		response, err := (&http.Client{}).Get("http://" + g.operator + page)
		require.NoError(t, err)
		body, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		l.scan("admin "+page, append(body, unzipped(body)...), nil)
	}
}

// The calls of every product, with every outcome and every echo, over both transports:
// nothing of a user and no secret is in anything that is not the caller's own token.
func TestCallsLeaveNothing(t *testing.T) {
	l := newLeaks()
	vendors := leaktest.StartVendors()
	t.Cleanup(vendors.Close)
	cases := leakCases(t, l.Scanner)
	sink := newCollector()
	g := startLeaky(t, leakConfig(t, vendors, cases), "OTEL_EXPORTER_OTLP_ENDPOINT="+sink.serveHTTP(t))
	ended := g.drain()
	spans := collect(sink, l)

	hanging := g.hang(t, l, cases)
	g.scanAdmin(t, l)
	calls := runCases(t, g, l, cases)
	hanging.Wait()
	g.scanAdmin(t, l)
	require.NoError(t, g.Process.Signal(syscall.SIGTERM))
	<-ended
	require.NoError(t, g.Wait())
	close(sink.exports)
	l.scan("standard output and error", g.written.Bytes(), nil)
	t.Logf("%d cases, %d calls, %d exports of spans, %d bytes written, %d texts", len(cases), calls, <-spans, g.written.Len(), l.scanned)
	l.none(t)
	for _, c := range cases {
		if echo, ok := c.vendor.(*leaktest.Echo); ok {
			require.Zero(t, echo.Left(), "%s, spelt %s", c.product, echo.Spelling.Name)
		}
	}
	for _, reason := range []string{
		"ARGUMENT_REJECTED", "PHOTO_UNREADABLE", "PHOTO_TOO_LARGE", "NO_FACE_FOUND", "MULTIPLE_FACES", "REQUEST_TOO_LARGE",
		"IDENTITY_NAME_INVALID", "IDENTITY_NUMBER_INVALID", "VENDOR_TIMEOUT", "VENDOR_CONNECTION_LOST", "VENDOR_UNREACHABLE",
		"VENDOR_INTERNAL_ERROR", "VENDOR_CONCURRENCY_LIMITED", "VENDOR_RATE_LIMITED", "VENDOR_CREDENTIALS_REJECTED",
		"VENDOR_ACCOUNT_DISABLED", "VENDOR_ACCOUNT_EXPIRED", "VENDOR_QUOTA_EXHAUSTED", "VENDOR_PERMISSION_DENIED",
		"VENDOR_ENDPOINT_NOT_FOUND", "VENDOR_RESPONSE_INVALID", "VENDOR_ERROR_UNRECOGNIZED", "NO_TARGET_AVAILABLE",
	} {
		require.Contains(t, l.reasons, reason)
	}
}

// hang makes the calls that hang, and returns when vendors have them: what they hold is
// there while others look.
func (g *leakyGateway) hang(t *testing.T, l *leaks, cases []leakCase) *sync.WaitGroup {
	t.Helper()
	var hanging sync.WaitGroup
	for i := range cases {
		if cases[i].hung != nil {
			hanging.Go(func() { g.call(t.Context(), l, &cases[i], i) })
			<-cases[i].hung
		}
	}
	return &hanging
}

// runCases makes all calls, a few cases at once.
func runCases(t *testing.T, g *leakyGateway, l *leaks, cases []leakCase) (calls int) {
	t.Helper()
	const atOnce = 8
	free := make(chan struct{}, atOnce)
	var running sync.WaitGroup
	for i := range cases {
		calls += cases[i].calls
		if cases[i].hung != nil {
			continue
		}
		free <- struct{}{}
		running.Go(func() {
			defer func() { <-free }()
			for turn := range cases[i].calls {
				g.call(t.Context(), l, &cases[i], turn)
			}
		})
	}
	running.Wait()
	return calls
}

// collect looks at all spans, and returns how many exports there were.
func collect(sink *collector, l *leaks) <-chan int {
	exports := make(chan int, 1)
	go func() {
		n := 0
		for export := range sink.exports {
			encoded, _ := proto.Marshal(export)
			l.scan("spans", encoded, nil)
			n++
		}
		exports <- n
	}()
	return exports
}

func newScanner(from io.Reader) *bufio.Scanner {
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, 1<<20)
	return lines
}

// unzipped returns what a profile holds, nothing if it is none.
func unzipped(content []byte) []byte {
	reader, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		return nil
	}
	whole, _ := io.ReadAll(reader)
	return whole
}
