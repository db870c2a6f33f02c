package load

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/mem"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"github.com/liveness-gateway/gateway/bench/internal/work"
	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
)

// Options are how a client calls.
type Options struct {
	// Connections is how many connections gRPC calls are spread over; the others open
	// what they need.
	Connections int
	// Keys gives every call an idempotency key that was not used before.
	Keys bool
	// Deadline is that of every call, whole seconds.
	Deadline time.Duration
	// TLS encrypts connections; nil leaves gRPC in plaintext, and others to their transport.
	TLS *tls.Config
	// Authorizations are what calls show in turn, if there are any.
	Authorizations []string
}

// turns hands out values in turn.
type turns struct {
	values []string
	last   atomic.Uint64
}

func (t *turns) next() string { return t.values[t.last.Add(1)%uint64(len(t.values))] }

var errNoToken = errors.New("the answer holds no token")

// keys makes idempotency keys that no earlier run has used.
type keys struct {
	prefix string
	last   atomic.Int64
}

func newKeys() *keys {
	return &keys{prefix: "bench-" + strconv.FormatInt(time.Now().UnixNano(), 36) + "-"}
}

func (k *keys) next() string { return k.prefix + strconv.FormatInt(k.last.Add(1), 10) }

// NewGRPC returns a client that sends the encoded message. It is encoded once: an
// idempotency key is appended to it, as the wire format allows.
func NewGRPC(address string, body work.Body, options Options) (Call, io.Closer, error) {
	pool := &connections{}
	secure := insecure.NewCredentials()
	if options.TLS != nil {
		secure = credentials.NewTLS(options.TLS)
	}
	for range options.Connections {
		connection, err := grpc.NewClient(address, grpc.WithTransportCredentials(secure),
			grpc.WithDefaultCallOptions(grpc.ForceCodecV2(codec{})))
		if err != nil {
			return nil, nil, errors.Join(err, pool.Close())
		}
		pool.all = append(pool.all, connection)
	}
	unused, shown := newKeys(), turns{values: options.Authorizations}
	return func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, options.Deadline)
		defer cancel()
		if len(shown.values) > 0 {
			ctx = metadata.AppendToOutgoingContext(ctx, "authorization", shown.next())
		}
		message := encoded{body.Content}
		if options.Keys {
			message = append(message, keyField(unused.next()))
		}
		response := &livenessv1.IssueLivenessTokenResponse{}
		err := pool.next().Invoke(ctx, livenessv1.LivenessService_IssueLivenessToken_FullMethodName, message, response)
		if err == nil && response.GetToken() == "" {
			return errNoToken
		}
		return err
	}, pool, nil
}

func keyField(key string) []byte {
	const idempotencyKey = 1 // its number in the contract
	field := protowire.AppendTag(nil, idempotencyKey, protowire.BytesType)
	return protowire.AppendString(field, key)
}

// connections are used in turn.
type connections struct {
	all  []*grpc.ClientConn
	last atomic.Uint64
}

func (c *connections) next() *grpc.ClientConn { return c.all[c.last.Add(1)%uint64(len(c.all))] }

// Close closes all.
func (c *connections) Close() error {
	var errs []error
	for _, connection := range c.all {
		errs = append(errs, connection.Close())
	}
	return errors.Join(errs...)
}

// encoded is a message in pieces.
type encoded [][]byte

// codec sends what is encoded already, and decodes as the library's own.
type codec struct{}

// Name is that of the library's codec.
func (codec) Name() string { return "proto" }

// Marshal copies nothing.
func (codec) Marshal(v any) (mem.BufferSlice, error) {
	pieces, ok := v.(encoded)
	if !ok {
		return nil, fmt.Errorf("cannot send a %T", v)
	}
	buffers := make(mem.BufferSlice, len(pieces))
	for i, piece := range pieces {
		buffers[i] = mem.SliceBuffer(piece)
	}
	return buffers, nil
}

// Unmarshal decodes a message.
func (codec) Unmarshal(data mem.BufferSlice, v any) error {
	message, ok := v.(proto.Message)
	if !ok {
		return fmt.Errorf("cannot read into a %T", v)
	}
	return proto.Unmarshal(data.Materialize(), message)
}

// NewHTTP returns a client that posts the body to a server's base URL over the
// transport.
func NewHTTP(base string, transport http.RoundTripper, body work.Body, options Options) Call {
	unused, shown := newKeys(), turns{values: options.Authorizations}
	timeout := strconv.Itoa(int(options.Deadline/time.Second)) + "S"
	return func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, options.Deadline)
		defer cancel()
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, base+body.Path, bytes.NewReader(body.Content))
		if err != nil {
			return err
		}
		request.Header.Set("Content-Type", body.ContentType)
		request.Header.Set("Grpc-Timeout", timeout)
		if len(shown.values) > 0 {
			request.Header.Set("Authorization", shown.next())
		}
		if options.Keys {
			request.Header.Set("Idempotency-Key", unused.next())
		}
		response, err := transport.RoundTrip(request)
		if err != nil {
			return err
		}
		defer func() { _ = response.Body.Close() }()
		answer, err := io.ReadAll(response.Body)
		switch {
		case err != nil:
			return err
		case response.StatusCode != http.StatusOK:
			return fmt.Errorf("%s: %.200s", response.Status, answer)
		case !bytes.Contains(answer, []byte(`"token":`)):
			return errNoToken
		}
		return nil
	}
}
