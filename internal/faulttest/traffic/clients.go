package traffic

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	statuspb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/connectivity"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
)

// Answer is what the gateway answered. If neither it nor the library did, only Err is
// set.
type Answer struct {
	Response *livenessv1.IssueLivenessTokenResponse // nil if the call failed

	Code      codes.Code
	Reason    string
	Failure   *livenessv1.IssueFailure
	RequestID string
	// RetryAfter is when the caller of a call that failed is told to come again, zero if it is
	// told nothing.
	RetryAfter time.Duration

	// Err is why there is no answer of the gateway's.
	Err error
}

// issuer makes one call.
type issuer interface {
	issue(ctx context.Context, message *livenessv1.IssueLivenessTokenRequest, deadline time.Duration) Answer
}

// Clients make calls over both transports. They are safe for concurrent use.
type Clients struct {
	grpc grpcClients
	rest restClients
}

const connections = 4

// Connect opens connections to a gateway at these addresses.
func Connect(ctx context.Context, grpcAddress, restAddress string) (*Clients, error) {
	c := &Clients{rest: restClients{
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256}},
		url:    "http://" + restAddress + "/v1/liveness-tokens",
	}}
	for range connections {
		connection, err := grpc.NewClient(grpcAddress, grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithDisableRetry())
		if err != nil {
			c.Close()
			return nil, err
		}
		c.grpc.connections = append(c.grpc.connections, connection)
		if err := dial(ctx, connection); err != nil {
			c.Close()
			return nil, err
		}
	}
	return c, nil
}

// dial opens a connection, which would otherwise wait for its first call and then look
// like one that the gateway leaks.
func dial(ctx context.Context, connection *grpc.ClientConn) error {
	connection.Connect()
	for state := connection.GetState(); state != connectivity.Ready; state = connection.GetState() {
		if !connection.WaitForStateChange(ctx, state) {
			return ctx.Err()
		}
	}
	return nil
}

// CloseIdle closes the connections that are idle and would be opened again, so that the
// gateway does not seem to leak them.
func (c *Clients) CloseIdle() { c.rest.client.CloseIdleConnections() }

// Close closes all connections.
func (c *Clients) Close() {
	for _, connection := range c.grpc.connections {
		_ = connection.Close()
	}
	c.rest.client.CloseIdleConnections()
}

type grpcClients struct {
	connections []*grpc.ClientConn
	next        atomic.Uint64
}

// stated is a context that states an earlier deadline than it has, so that the server is
// told of the one and the client waits for the other.
type stated struct {
	context.Context
	deadline time.Time
}

// Deadline returns what is stated.
func (s stated) Deadline() (time.Time, bool) { return s.deadline, true }

func (g *grpcClients) issue(ctx context.Context, message *livenessv1.IssueLivenessTokenRequest, deadline time.Duration) Answer {
	connection := g.connections[g.next.Add(1)%uint64(len(g.connections))]
	response, err := livenessv1.NewLivenessServiceClient(connection).
		IssueLivenessToken(stated{ctx, time.Now().Add(deadline)}, message)
	if err != nil {
		return failed(status.Convert(err).Proto(), err)
	}
	return Answer{Response: response, RequestID: response.GetRequestId()}
}

// lenient reads answers as clients should: what they do not know may be of a later contract, or
// of an older one.
var lenient = protojson.UnmarshalOptions{DiscardUnknown: true}

type restClients struct {
	client *http.Client
	url    string
}

func (r *restClients) issue(ctx context.Context, message *livenessv1.IssueLivenessTokenRequest, deadline time.Duration) Answer {
	httpStatus, body, err := r.post(ctx, message, deadline)
	if err != nil {
		return Answer{Err: err}
	}
	if httpStatus == http.StatusOK {
		response := &livenessv1.IssueLivenessTokenResponse{}
		if err := lenient.Unmarshal(body, response); err != nil {
			return Answer{Err: fmt.Errorf("the answer is not the contract's: %w", err)}
		}
		return Answer{Response: response, RequestID: response.GetRequestId()}
	}
	refusal := &statuspb.Status{}
	if err := lenient.Unmarshal(body, refusal); err != nil {
		return Answer{Err: fmt.Errorf("HTTP %d without a status: %w", httpStatus, err)}
	}
	return failed(refusal, errors.New(refusal.GetMessage()))
}

func (r *restClients) post(
	ctx context.Context, message *livenessv1.IssueLivenessTokenRequest, deadline time.Duration,
) (httpStatus int, body []byte, err error) {
	sent, err := protojson.Marshal(message)
	if err != nil {
		return 0, nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url, bytes.NewReader(sent))
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Grpc-Timeout", fmt.Sprintf("%dm", deadline.Milliseconds()))
	response, err := r.client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = response.Body.Close() }()
	body, err = io.ReadAll(response.Body)
	return response.StatusCode, body, err
}

// failed reads a refusal. Without a reason in it, it is not the gateway's.
func failed(refusal *statuspb.Status, err error) Answer {
	a := Answer{Code: codes.Code(refusal.GetCode())}
	for _, packed := range refusal.GetDetails() {
		detail, unknown := packed.UnmarshalNew()
		if unknown != nil {
			continue
		}
		switch detail := detail.(type) {
		case *errdetails.ErrorInfo:
			a.Reason = detail.GetReason()
		case *errdetails.RequestInfo:
			a.RequestID = detail.GetRequestId()
		case *errdetails.RetryInfo:
			a.RetryAfter = detail.GetRetryDelay().AsDuration()
		case *livenessv1.IssueFailure:
			a.Failure = detail
		}
	}
	if a.Reason == "" {
		a.Err = err
	}
	return a
}
