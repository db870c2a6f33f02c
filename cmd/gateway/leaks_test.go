package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
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
	"github.com/liveness-gateway/gateway/internal/leaktest/canary"
	"github.com/liveness-gateway/gateway/internal/personal"
	"github.com/liveness-gateway/gateway/internal/vendors"
)

// leakProducts are those of all vendors.
var leakProducts = leaktest.Products(vendors.All())

// leakCase is a product on an account of its own.
type leakCase struct {
	set     *canary.Set
	product leaktest.Product
	vendor  http.Handler // nil: nobody listens
	calls   int
	hung    chan struct{} // of a vendor that hangs: closed when it has a request
	out     bool          // of an account that is out of service
}

// more reports whether the case needs another call than those: a vendor that repeats what it is sent
// is called until it has done so in every place, or is not asked any more.
func (c *leakCase) more(calls int) bool {
	const patience = 20 // calls that no vendor hears of
	echo, ok := c.vendor.(*leaktest.Echo)
	return calls < c.calls || ok && echo.Left() > 0 && calls < echo.Answered()+patience
}

// leakCases are every product with each outcome of its stand-in, with an answer that holds
// canaries, and with echoes in each spelling.
func leakCases(t *testing.T, scanner *canary.Scanner) (cases []leakCase) {
	t.Helper()
	for _, product := range leakProducts {
		add := func(vendor func(*canary.Set) (http.Handler, error)) *leakCase {
			set := scanner.Watch(canary.NewSet(fmt.Sprintf("c%d", len(cases))))
			product.Secrets(set)
			product.Request(set, set.Case)
			handler, err := vendor(set)
			require.NoError(t, err)
			cases = append(cases, leakCase{set: set, product: product, vendor: handler, calls: 2})
			return &cases[len(cases)-1]
		}
		standIn := func(outcome string) func(*canary.Set) (http.Handler, error) {
			return func(set *canary.Set) (http.Handler, error) { return product.StandIn(set, "/"+set.Case, outcome) }
		}
		outcomes, err := product.Outcomes()
		require.NoError(t, err)
		for _, outcome := range append(outcomes, "") {
			add(standIn(outcome))
		}
		hangs := add(standIn("hang"))
		hangs.vendor, hangs.hung, hangs.calls = tells(hangs.vendor)
		add(func(*canary.Set) (http.Handler, error) { return nil, nil })
		add(standIn("")).out = true
		for _, spelling := range canary.Spellings() {
			add(func(set *canary.Set) (http.Handler, error) { return product.NewEcho(set, spelling), nil })
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
func leakConfig(t *testing.T, servers *leaktest.Vendors, cases []leakCase) (file string) {
	t.Helper()
	folder := t.TempDir()
	var accounts, routes, out strings.Builder
	for _, c := range cases {
		if c.out {
			fmt.Fprintf(&out, "  - {account: %s, reason: test}\n", c.set.Case)
		}
		url := servers.URL
		if c.vendor == nil {
			url = "http://127.0.0.1:1"
		} else {
			servers.Serve(c.set, c.vendor)
		}
		for key, value := range c.product.Secrets(c.set) {
			require.NoError(t, os.WriteFile(filepath.Join(folder, c.set.Case+"-"+key), []byte(value), 0o600))
		}
		accounts.WriteString(c.product.Account(c.set.Case, url, "/"+c.set.Case, func(key string) string { return "{file: " + c.set.Case + "-" + key + "}" }))
		fmt.Fprintf(&routes, "  - {flow: %s, scenario: %s, targets: [%s]}\n", c.product.Flows[0], c.set.Case, c.product.Target(c.set.Case))
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
	*canary.Scanner

	mu      sync.Mutex
	found   []string
	reasons map[string]bool
	served  map[string]int // calls that got a token, by product
	scanned int
}

func newLeaks() *leaks {
	return &leaks{Scanner: canary.NewScanner(), reasons: map[string]bool{}, served: map[string]int{}}
}

func (l *leaks) scan(place string, text []byte, mine *canary.Set, names ...string) {
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

// scanAnswer looks at an answer with a token. Some vendors' results are asked, and their
// clients begun, under the caller's own name of the user: it is where the contract says personal.
func (l *leaks) scanAnswer(place string, text []byte, response *livenessv1.IssueLivenessTokenResponse, mine *canary.Set) {
	own := slices.Clone(ownAnswer)
	for _, c := range mine.Canaries() {
		if slices.ContainsFunc(personal.Texts(response), func(text string) bool { return strings.Contains(text, c.Value) }) {
			own = append(own, c.Name)
		}
	}
	l.scan(place, text, mine, own...)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.served[response.GetProduct()]++
}

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
func (l *leaks) scanStatus(err error, mine *canary.Set) {
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
	request := c.product.Request(c.set, c.set.Case)
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
		l.scanAnswer("gRPC answer", encoded, response, c.set)
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
func (g *leakyGateway) post(ctx context.Context, l *leaks, mine *canary.Set, path string, body []byte, headers map[string]string) int {
	return g.send(ctx, l, mine, http.MethodPost, path, body, headers)
}

// send is post with another method.
func (g *leakyGateway) send(ctx context.Context, l *leaks, mine *canary.Set, method, path string, body []byte, headers map[string]string) int {
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
	place, text := fmt.Sprint("REST answer ", response.StatusCode), append(bytes.Clone(answer), head.Bytes()...)
	issued := &livenessv1.IssueLivenessTokenResponse{}
	if response.StatusCode == http.StatusOK && protojson.Unmarshal(answer, issued) == nil {
		l.scanAnswer(place, text, issued, mine)
	} else {
		l.scan(place, text, mine, "reference")
	}
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
	servers := leaktest.StartVendors()
	t.Cleanup(servers.Close)
	cases := leakCases(t, l.Scanner)
	sink := newCollector()
	g := startLeaky(t, leakConfig(t, servers, cases), "OTEL_EXPORTER_OTLP_ENDPOINT="+sink.serveHTTP(t))
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
	var unserved []string
	for _, product := range leakProducts {
		if l.served[product.ID] == 0 {
			unserved = append(unserved, product.ID)
		}
	}
	require.Empty(t, unserved, "no call got a token of these: what internal/leaktest asks of them, or gives their accounts, does not do")
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
			ended := make(chan struct{})
			hanging.Go(func() {
				defer close(ended)
				g.call(t.Context(), l, &cases[i], i)
			})
			select {
			case <-cases[i].hung:
			case <-ended: // no vendor heard of it: no call of the product will be served either
			}
		}
	}
	return &hanging
}

// runCases makes all calls, a few cases at once.
func runCases(t *testing.T, g *leakyGateway, l *leaks, cases []leakCase) int64 {
	t.Helper()
	var calls atomic.Int64
	const atOnce = 8
	free := make(chan struct{}, atOnce)
	var running sync.WaitGroup
	for i := range cases {
		if cases[i].hung != nil {
			calls.Add(1)
			continue
		}
		free <- struct{}{}
		running.Go(func() {
			defer func() { <-free }()
			for turn := 0; cases[i].more(turn); turn++ {
				g.call(t.Context(), l, &cases[i], turn)
				calls.Add(1)
			}
		})
	}
	running.Wait()
	return calls.Load()
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
