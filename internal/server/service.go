// Package server is the gateway's face: the gRPC service and the REST route over one
// chain of interceptors, health, and the one table from reasons to statuses. It knows
// no vendor.
package server

import (
	"context"

	"google.golang.org/grpc"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/idempotency"
	"github.com/liveness-gateway/gateway/internal/routing"
)

// Issuer issues tokens; *routing.Router is one. The outcome is never nil.
type Issuer interface {
	Issue(context.Context, routing.Query) (*routing.Outcome, error)
}

// Service answers IssueLivenessToken for both transports. It is safe for concurrent
// use.
type Service struct {
	handle grpc.UnaryHandler
	load   load
	arenas arenas
}

// NewService returns a service that issues once for each of the keeper's keys, and tells
// each observer of every call when it has ended.
func NewService(issuer Issuer, keeper *idempotency.Keeper, observers ...func(*Call)) *Service {
	info := &grpc.UnaryServerInfo{FullMethod: livenessv1.LivenessService_IssueLivenessToken_FullMethodName}
	return &Service{handle: chain(issue(issuer, keeper), info,
		observe(observers),
		recoverPanic,
		read,
		limitDeadline,
		validateMessage(),
	)}
}

// Limit sets the bounds beyond which calls over either transport are shed; without,
// none are. It must be called before the service is served.
func (s *Service) Limit(limits Limits) { s.load.limit(limits) }

// issue is the innermost handler: message to query, outcome to message.
func issue(issuer Issuer, keeper *idempotency.Keeper) grpc.UnaryHandler {
	return func(ctx context.Context, _ any) (any, error) {
		call := callOf(ctx)
		var response *livenessv1.IssueLivenessTokenResponse
		var err error
		if call.Request.GetIdempotencyKey() != "" {
			response, err = issueOnce(ctx, issuer, keeper, call)
		} else {
			response, err = issueAlone(ctx, issuer, call)
		}
		if err != nil {
			return nil, err
		}
		response.RequestId = call.RequestID
		return response, nil
	}
}

// issueAlone answers a call that has no idempotency key.
func issueAlone(ctx context.Context, issuer Issuer, call *Call) (*livenessv1.IssueLivenessTokenResponse, error) {
	outcome, err := issuer.Issue(ctx, queryOf(call))
	call.Outcome = *outcome
	if err != nil {
		return nil, err
	}
	return responseOf(outcome, call.Request.GetReference()), nil
}

// serve runs a call through the interceptors. Afterwards either the response is there
// or call.Err is.
func (s *Service) serve(ctx context.Context, call *Call) *livenessv1.IssueLivenessTokenResponse {
	call.ctx = ctx
	response, _ := s.handle(withCall(ctx, call), call.Request)
	message, _ := response.(*livenessv1.IssueLivenessTokenResponse)
	return message
}

// Issue makes a call in process, through the same interceptors, and returns it when it
// has ended. It is never shed. Fields at fault are spelled as over gRPC. Afterwards the
// message holds no photos any more.
func (s *Service) Issue(ctx context.Context, message *livenessv1.IssueLivenessTokenRequest) *Call {
	call := newCall(GRPC)
	call.Request, call.photos = message, takePhotos(message)
	s.serve(ctx, call)
	return call
}
