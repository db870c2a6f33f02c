package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
)

// awaitedVendor issues a token of its own for each request, when the test says so. A request
// has the caller's key as its biz_no.
type awaitedVendor struct {
	called, answer chan struct{}

	mu    sync.Mutex
	calls map[string]int
}

func newAwaitedVendor() *awaitedVendor {
	return &awaitedVendor{called: make(chan struct{}, 100), answer: make(chan struct{}), calls: map[string]int{}}
}

func (v *awaitedVendor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	key := r.FormValue("biz_no")
	v.mu.Lock()
	v.calls[key]++
	n := v.calls[key]
	v.mu.Unlock()
	v.called <- struct{}{}
	select {
	case <-v.answer:
		_, _ = fmt.Fprintf(w, `{"token_random_number":"%s-tok-%d","random_number":"0042"}`, key, n)
	case <-r.Context().Done(): // the gateway has hung up
	}
}

// asked returns how often the vendor was asked for the key.
func (v *awaitedVendor) asked(key string) int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.calls[key]
}

// caller sends the same message under a key. The deadline is stated if it is not zero.
type caller func(ctx context.Context, key string, deadline time.Duration) (*livenessv1.IssueLivenessTokenResponse, error)

func callerOverGRPC(client livenessv1.LivenessServiceClient) caller {
	return func(ctx context.Context, key string, deadline time.Duration) (*livenessv1.IssueLivenessTokenResponse, error) {
		if deadline > 0 {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, deadline)
			defer cancel()
		}
		return client.IssueLivenessToken(ctx, &livenessv1.IssueLivenessTokenRequest{
			IdempotencyKey: key, Reference: key, Flow: livenessv1.Flow_FLOW_SPOKEN_DIGITS,
		})
	}
}

func callerOverREST(url string) caller {
	return func(ctx context.Context, key string, deadline time.Duration) (*livenessv1.IssueLivenessTokenResponse, error) {
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(`{"flow":"FLOW_SPOKEN_DIGITS","reference":"`+key+`"}`))
		if err != nil {
			return nil, err
		}
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Idempotency-Key", key)
		if deadline > 0 {
			request.Header.Set("Grpc-Timeout", fmt.Sprintf("%dm", deadline.Milliseconds()))
		}
		answer, err := (&http.Client{}).Do(request)
		if err != nil {
			return nil, err
		}
		defer func() { _ = answer.Body.Close() }()
		content, err := io.ReadAll(answer.Body)
		if err != nil {
			return nil, err
		}
		if answer.StatusCode == http.StatusGatewayTimeout {
			return nil, status.Error(codes.DeadlineExceeded, string(content))
		}
		response := &livenessv1.IssueLivenessTokenResponse{}
		return response, protojson.Unmarshal(content, response)
	}
}

// leave calls until the vendor has been asked for the caller, who then leaves without an
// answer, and returns the key. On a busy machine a deadline can pass before anything is sent;
// then the same is done again under another key.
func leave(t *testing.T, call caller, vendor *awaitedVendor, deadline time.Duration) (key string) {
	t.Helper()
	for try := range 100 {
		key = fmt.Sprintf("key-%d", try)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		failed := make(chan error, 1)
		go func() {
			_, err := call(ctx, key, deadline)
			failed <- err
		}()
		if deadline == 0 {
			<-vendor.called
			cancel()
		}
		err := <-failed
		cancel()
		require.Error(t, err)
		if deadline > 0 {
			require.Equal(t, codes.DeadlineExceeded, status.Code(err), "%v", err)
		}
		if vendor.asked(key) > 0 {
			return key
		}
	}
	t.Fatal("nothing is ever sent")
	return ""
}

// A caller who left, by going away or by a deadline shorter than the vendor takes, gets by the
// same key what the vendor answered meanwhile: the vendor is asked once.
func TestWhoLeftComesAgain(t *testing.T) {
	for _, transport := range []string{"gRPC", "REST"} {
		for name, deadline := range map[string]time.Duration{"cancelled": 0, "Grpc-Timeout 300m": 300 * time.Millisecond} {
			t.Run(transport+", "+name, func(t *testing.T) {
				vendor := newAwaitedVendor()
				server := httptest.NewServer(vendor)
				t.Cleanup(server.Close)
				g, client := startGateway(t, vendorConfig, server.URL, io.Discard)
				overGRPC, overREST := callerOverGRPC(client), callerOverREST(g.restURL())
				call := map[string]caller{"gRPC": overGRPC, "REST": overREST}[transport]

				key := leave(t, call, vendor, deadline)
				close(vendor.answer)
				for _, again := range []caller{call, overGRPC, overREST} {
					response, err := again(t.Context(), key, 0)
					require.NoError(t, err)
					require.Equal(t, key+"-tok-1", response.GetToken())
					require.True(t, response.GetReplayed())
				}
				require.Equal(t, 1, vendor.asked(key))
			})
		}
	}
}

// A process that ends lets a vendor answer what it was sent under a key, though nobody waits.
func TestSIGTERMLetsCallsWithoutCallersEnd(t *testing.T) {
	vendor := newAwaitedVendor()
	answered, cut := make(chan struct{}), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		vendor.ServeHTTP(w, r)
		if r.Context().Err() != nil {
			close(cut)
			return
		}
		close(answered)
	}))
	t.Cleanup(server.Close)
	gateway := startChildWith(t, strings.NewReplacer("URL", server.URL, "500ms", "1m").Replace(vendorConfig), os.Args[0])
	leave(t, callerOverREST("http://"+gateway.address+"/v1/liveness-tokens"), vendor, 0)

	require.NoError(t, gateway.Process.Signal(syscall.SIGTERM))
	gateway.await(t, "shutting down")
	require.Eventually(t, func() bool { return refuses(gateway.address) }, time.Minute, time.Millisecond)
	close(vendor.answer)
	select {
	case <-answered:
	case <-cut:
		t.Fatal("the gateway hung up on the vendor")
	}
	gateway.await(t, "stopped")
	require.NoError(t, gateway.Wait())
}

// At the end of the grace a call that nobody waits for is cut like any other.
func TestSIGTERMCutsCallsWithoutCallersAtTheEndOfTheGrace(t *testing.T) {
	vendor := newAwaitedVendor()
	server := httptest.NewServer(vendor)
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(vendor.answer) })
	gateway := startChild(t, server.URL)
	leave(t, callerOverREST("http://"+gateway.address+"/v1/liveness-tokens"), vendor, 0)

	start := time.Now()
	require.NoError(t, gateway.Process.Signal(syscall.SIGTERM))
	line := gateway.await(t, "calls with a key, which nobody waited for, were cut at the end of the grace")
	require.EqualValues(t, 1, line["calls"])
	gateway.await(t, "stopped")
	require.NoError(t, gateway.Wait())
	require.GreaterOrEqual(t, time.Since(start), 500*time.Millisecond, "the grace was not given")
}
