package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
)

// callRate is how many calls the good caller makes in a second, which takes a few hundredths
// of a core, and callDeadline how long it waits for each.
const (
	callRate     = 200
	callDeadline = 5 * time.Second
)

// caller is the good caller.
type caller struct {
	connection *grpc.ClientConn
	kinds      []func(context.Context) error
	client     *http.Client

	running sync.WaitGroup
	mu      sync.Mutex
	window  *window
}

// window is what the good caller saw in a while.
type window struct {
	latencies []time.Duration
	// failures counts them, and failure is the first.
	failures int
	failure  error
}

func newCaller(grpcAddress, restAddress string) (*caller, error) {
	connection, err := grpc.NewClient(grpcAddress, insecureConnection, grpc.WithDisableRetry())
	if err != nil {
		return nil, err
	}
	photo := noise()
	small := &livenessv1.IssueLivenessTokenRequest{Flow: livenessv1.Flow_FLOW_SPOKEN_DIGITS}
	large := &livenessv1.IssueLivenessTokenRequest{
		Flow: livenessv1.Flow_FLOW_JS_SDK, SubjectId: "user-1",
		Comparison: &livenessv1.Comparison{Photos: []*livenessv1.Photo{{Content: photo}}},
	}
	c := &caller{connection: connection, window: &window{}, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
	fresh := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	url := "http://" + restAddress + "/v1/liveness-tokens"
	smallJSON := []byte(`{"flow":"FLOW_SPOKEN_DIGITS"}`)
	largeJSON := []byte(`{"flow":"FLOW_JS_SDK","subjectId":"user-1","comparison":{"photos":[{"content":"` +
		base64.StdEncoding.EncodeToString(photo) + `"}]}}`)
	overGRPC := func(ctx context.Context) error { return issue(ctx, connection, small) }
	overREST := func(ctx context.Context) error { return post(ctx, c.client, url, smallJSON) }
	c.kinds = slices.Concat(
		slices.Repeat([]func(context.Context) error{overGRPC, overREST}, 8),
		[]func(context.Context) error{
			func(ctx context.Context) error { return issue(ctx, connection, large) },
			func(ctx context.Context) error { return post(ctx, c.client, url, largeJSON) },
			func(ctx context.Context) error { return post(ctx, fresh, url, smallJSON) },
			func(ctx context.Context) error { return issueOverFresh(ctx, grpcAddress, small) },
		},
	)
	return c, nil
}

var insecureConnection = grpc.WithTransportCredentials(insecure.NewCredentials())

// noise returns a photo of some 16 KiB, which hardly compresses.
func noise() []byte {
	picture := image.NewGray(image.Rect(0, 0, 128, 128))
	random := rand.New(rand.NewPCG(1, 1))
	for i := range picture.Pix {
		picture.Pix[i] = byte(random.Uint32())
	}
	var photo bytes.Buffer
	_ = png.Encode(&photo, picture) // a buffer takes everything
	return photo.Bytes()
}

func issue(ctx context.Context, over *grpc.ClientConn, message *livenessv1.IssueLivenessTokenRequest) error {
	_, err := livenessv1.NewLivenessServiceClient(over).IssueLivenessToken(ctx, message)
	return err
}

// issueOverFresh is the call of who has just come.
func issueOverFresh(ctx context.Context, address string, message *livenessv1.IssueLivenessTokenRequest) error {
	connection, err := grpc.NewClient(address, insecureConnection, grpc.WithDisableRetry())
	if err != nil {
		return err
	}
	return errors.Join(issue(ctx, connection, message), connection.Close())
}

func post(ctx context.Context, client *http.Client, url string, body []byte) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("HTTP %d: %.200s", answer.StatusCode, text)
	}
	return err
}

// begin opens another window; the answers of calls under way count in theirs.
func (c *caller) begin() *window {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.window = &window{}
	return c.window
}

// call makes calls at the rate until ctx ends, whether or not they are answered.
func (c *caller) call(ctx context.Context) {
	ticks := time.NewTicker(time.Second / callRate)
	defer ticks.Stop()
	for i := 0; ; i++ {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
		c.mu.Lock()
		into := c.window
		c.mu.Unlock()
		kind := c.kinds[i%len(c.kinds)]
		c.running.Go(func() { c.one(into, kind) })
	}
}

// one makes a call, which no attack and no end of a window may cut short.
func (c *caller) one(into *window, kind func(context.Context) error) {
	ctx, cancel := context.WithTimeout(context.Background(), callDeadline)
	defer cancel()
	began := time.Now()
	err := kind(ctx)
	took := time.Since(began)
	c.mu.Lock()
	defer c.mu.Unlock()
	into.latencies = append(into.latencies, took)
	if err != nil {
		into.failures++
		if into.failure == nil {
			into.failure = fmt.Errorf("after %s: %w", took.Round(time.Millisecond), err)
		}
	}
}

// rest closes the connections that no call uses, when all have ended.
func (c *caller) rest() {
	c.running.Wait()
	c.client.CloseIdleConnections()
}

func (c *caller) close() { _ = c.connection.Close() }

// p99 returns the latency that 99 of 100 calls did not exceed.
func (w *window) p99() time.Duration {
	if len(w.latencies) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(w.latencies))
	return sorted[int(0.99*float64(len(sorted)-1))]
}
