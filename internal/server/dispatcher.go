// Package server is what the listeners share: the RPCs behind one chain of interceptors, and
// limits of messages and connections. The listeners are in the packages below.
package server

import (
	"context"
	"strings"
	"sync/atomic"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/admission"
	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/callers"
	"github.com/liveness-gateway/gateway/internal/message"
	"github.com/liveness-gateway/gateway/internal/quota"
	"github.com/liveness-gateway/gateway/internal/server/interceptor"
	"github.com/liveness-gateway/gateway/internal/settings"
)

// Dispatcher runs the unary RPCs of services through the interceptors, whichever listener a
// call came in by. Services are registered with it as with a grpc.Server, before it is
// used; then it is safe for concurrent use.
type Dispatcher struct {
	interceptors *interceptor.Chain
	services     []*grpc.ServiceDesc
	methods      map[string]Method
	unknown      grpc.UnaryHandler

	settings atomic.Pointer[settings.Settings]
}

// Method is an RPC behind the interceptors.
type Method struct {
	// Handle makes a call, which the context must carry. The message may still be empty: the
	// interceptors read it. If the call fails, its Err is set.
	Handle  grpc.UnaryHandler
	message protoreflect.MessageType
}

// NewMessage returns an empty request.
func (m *Method) NewMessage() proto.Message { return m.message.New().Interface() }

// NewDispatcher returns a dispatcher without services. It sheds calls as the controller says,
// holds callers to their rates, if there are any, and tells each observer of every call when it
// has ended.
func NewDispatcher(controller *admission.Controller, rates quota.Rates, observers ...func(*call.Call)) *Dispatcher {
	d := &Dispatcher{interceptors: interceptor.New(controller, rates, observers), methods: make(map[string]Method)}
	d.unknown = d.interceptors.Handler("", nil) // no call gets past admission
	return d
}

// RegisterService is grpc.ServiceRegistrar's. Streaming RPCs are left out.
func (d *Dispatcher) RegisterService(service *grpc.ServiceDesc, implementation any) {
	d.services = append(d.services, service)
	for _, m := range service.Methods {
		// Generated code reveals the handler and the message's type only to an interceptor.
		_, _ = m.Handler(implementation, context.Background(), func(any) error { return nil },
			func(_ context.Context, request any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
				d.methods[info.FullMethod] = Method{
					Handle:  d.interceptors.Handler(strings.TrimPrefix(info.FullMethod, "/"), handler),
					message: request.(proto.Message).ProtoReflect().Type(),
				}
				return nil, nil
			})
	}
}

// Use sets the settings of calls that begin from now on. Calls in flight keep theirs.
func (d *Dispatcher) Use(s *settings.Settings) { d.settings.Store(s) }

// Services returns the services that are registered, in order.
func (d *Dispatcher) Services() []*grpc.ServiceDesc { return d.services }

// Method returns the RPC of a full name such as "/liveness.v1.LivenessService/…".
func (d *Dispatcher) Method(name string) (Method, bool) {
	m, ok := d.methods[name]
	return m, ok
}

// Refuse ends a call that its listener refuses, so that observers see it too. It sets the call's
// Err.
func (d *Dispatcher) Refuse(ctx context.Context, c *call.Call) {
	_, _ = d.unknown(call.With(ctx, c), nil)
}

// Issue calls IssueLivenessToken in process, through the same interceptors, and returns the call
// when it has ended. It is never shed. Fields at fault are spelled as over gRPC. The request
// loses its photos.
func (d *Dispatcher) Issue(ctx context.Context, request *livenessv1.IssueLivenessTokenRequest) *call.Call {
	return d.IssueFor(ctx, nil, request)
}

// IssueFor is Issue for a caller.
func (d *Dispatcher) IssueFor(ctx context.Context, caller *callers.Caller, request *livenessv1.IssueLivenessTokenRequest) *call.Call {
	c := call.New(call.GRPC)
	c.Caller, c.Settings = caller, d.settings.Load()
	c.Photos = message.TakePhotos(request)
	method := d.methods[livenessv1.LivenessService_IssueLivenessToken_FullMethodName]
	_, _ = method.Handle(call.With(ctx, c), request)
	return c
}
