package fleet

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	_ "google.golang.org/grpc/health" // heeds healthCheckConfig

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
)

const (
	// plain calls are made once and have no key, keyed ones are sent again until there is an answer.
	plain, keyed = false, true
	// callLimit bounds one sending of a call, and with it how long a replica that dies holds its key.
	callLimit = 3 * time.Second
	// patience bounds how long a call is sent again.
	patience = 30 * time.Second
	resendIn = 500 * time.Millisecond
	// idleLimit is below the gateways' shutdown_delay, so that no request of REST crosses the end of
	// a connection that was idle all the while.
	idleLimit = 500 * time.Millisecond
)

// result is what a load came to.
type result struct {
	calls, resent int
	failed        []string
	tokens        map[string]bool
	took          []time.Duration
}

func (r *result) String() string {
	slices.Sort(r.took)
	p99 := r.took[len(r.took)*99/100]
	return fmt.Sprintf("%d calls, %d failed%s, the 99th of a hundred took %v", r.calls, len(r.failed), r.why(), p99.Round(time.Millisecond))
}

// varying is what differs between failures of one kind: ids, addresses, times.
var varying = regexp.MustCompile(`[0-9A-Z]{10,}|[0-9]+`)

// why returns the commonest kinds of failures, with the number of each.
func (r *result) why() string {
	kinds := make(map[string]int)
	for _, failure := range r.failed {
		kinds[varying.ReplaceAllString(failure, "#")]++
	}
	commonest := slices.SortedFunc(maps.Keys(kinds), func(a, b string) int { return kinds[b] - kinds[a] })
	var text strings.Builder
	for _, kind := range commonest[:min(5, len(commonest))] {
		fmt.Fprintf(&text, "\n  %d x %.200s\n", kinds[kind], kind)
	}
	return text.String()
}

// rolloutLoad calls at a steady rate, by turns over gRPC and REST.
type rolloutLoad struct {
	grpc   livenessv1.LivenessServiceClient
	rest   *http.Client
	keyed  bool
	cancel context.CancelFunc
	done   chan struct{}

	mu     sync.Mutex
	result result
}

func startLoad(t *testing.T, b *balancer, keyed bool) *rolloutLoad {
	t.Helper()
	serviceConfig, err := os.ReadFile("../../../docs/service-config.json")
	require.NoError(t, err)
	connection, err := grpc.NewClient("replicas:///", grpc.WithResolvers(b.resolver),
		grpc.WithAuthority("localhost"), // listeners on loopback answer to no other name
		grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithDefaultServiceConfig(string(serviceConfig)))
	require.NoError(t, err)
	transport := &http.Transport{
		MaxIdleConnsPerHost: 100, IdleConnTimeout: idleLimit,
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, b.pick())
		},
	}
	ctx, cancel := context.WithCancel(context.Background())
	l := &rolloutLoad{
		grpc: livenessv1.NewLivenessServiceClient(connection), rest: &http.Client{Transport: transport}, keyed: keyed,
		cancel: cancel, done: make(chan struct{}), result: result{tokens: make(map[string]bool)},
	}
	go func() {
		defer close(l.done)
		l.run(ctx)
		_ = connection.Close()
		transport.CloseIdleConnections()
	}()
	t.Cleanup(func() { l.end() })
	return l
}

// end lets the calls in flight end.
func (l *rolloutLoad) end() *result {
	l.cancel()
	<-l.done
	return &l.result
}

// run makes calls when they are due, however long others take.
func (l *rolloutLoad) run(ctx context.Context) {
	var all sync.WaitGroup
	defer all.Wait()
	start := time.Now()
	for number := 0; ctx.Err() == nil; number++ {
		time.Sleep(time.Until(start.Add(time.Duration(number) * time.Second / callsPerSecond)))
		all.Go(func() { l.call(number) })
	}
}

func (l *rolloutLoad) call(number int) {
	send, key := l.overGRPC, ""
	if number%2 == 1 {
		send = l.overREST
	}
	if l.keyed {
		key = fmt.Sprint("rollout-", number)
	}
	start := time.Now()
	token, err := send(key)
	resent := false
	for err != nil && l.keyed && time.Since(start) < patience {
		resent = true
		time.Sleep(resendIn)
		token, err = send(key)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.result.calls++
	l.result.took = append(l.result.took, time.Since(start))
	if resent {
		l.result.resent++
	}
	if err != nil {
		l.result.failed = append(l.result.failed, err.Error())
		return
	}
	l.result.tokens[token] = true
}

func (l *rolloutLoad) overGRPC(key string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), callLimit)
	defer cancel()
	answer, err := l.grpc.IssueLivenessToken(ctx, &livenessv1.IssueLivenessTokenRequest{
		Flow: livenessv1.Flow_FLOW_SPOKEN_DIGITS, IdempotencyKey: key,
	})
	return answer.GetToken(), err
}

func (l *rolloutLoad) overREST(key string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), callLimit)
	defer cancel()
	message := map[string]string{"flow": "FLOW_SPOKEN_DIGITS", "idempotencyKey": key}
	body, err := json.Marshal(message)
	if err != nil {
		return "", err
	}
	// A body that cannot be read again is never sent twice by the library.
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://127.0.0.1/v1/liveness-tokens", io.MultiReader(bytes.NewReader(body)))
	if err != nil {
		return "", err
	}
	request.ContentLength = int64(len(body))
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Grpc-Timeout", fmt.Sprintf("%dm", callLimit.Milliseconds()))
	answer, err := l.rest.Do(request)
	if err != nil {
		return "", err
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return "", err
	}
	if answer.StatusCode != http.StatusOK {
		return "", errors.New(answer.Status + " " + strings.TrimSpace(string(text)))
	}
	var issued struct{ Token string }
	err = json.Unmarshal(text, &issued)
	return issued.Token, err
}
