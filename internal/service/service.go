// Package service implements the RPCs: it turns a message into a query and an outcome into an
// answer, once for each idempotency key. It knows no transport, no encodings and no HTTP.
//
// A second RPC needs its proto and a method of Service, and nothing else, neither for gRPC nor for REST:
// internal/server/rest/second_rpc_test.go serves one.
package service

import (
	"context"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/idempotency"
	"github.com/liveness-gateway/gateway/internal/routing"
)

// Issuer issues tokens; *routing.Router is one. The outcome is never nil.
type Issuer interface {
	Issue(context.Context, *routing.Query) (*routing.Outcome, error)
}

// Service implements the contract's service. Its methods expect the call in the context, and a
// valid message. It is safe for concurrent use.
type Service struct {
	livenessv1.UnimplementedLivenessServiceServer

	issuer Issuer
	keeper *idempotency.Keeper
}

// New returns a service that issues tokens with the issuer, once for each key of the keeper.
func New(issuer Issuer, keeper *idempotency.Keeper) *Service {
	return &Service{issuer: issuer, keeper: keeper}
}

// IssueLivenessToken issues a token, or answers with that of another call under the same
// idempotency key.
func (s *Service) IssueLivenessToken(
	ctx context.Context, request *livenessv1.IssueLivenessTokenRequest,
) (response *livenessv1.IssueLivenessTokenResponse, err error) {
	c := call.From(ctx)
	if request.GetIdempotencyKey() != "" {
		response, err = s.issueOnce(ctx, c)
	} else {
		response, err = s.issueAlone(ctx, c)
	}
	if err != nil {
		return nil, err
	}
	response.RequestId = c.RequestID
	return response, nil
}

// issueAlone answers a call that has no idempotency key.
func (s *Service) issueAlone(ctx context.Context, c *call.Call) (*livenessv1.IssueLivenessTokenResponse, error) {
	query := queryOf(c)
	outcome, err := s.issuer.Issue(ctx, query)
	c.Outcome = *outcome
	if err != nil {
		return nil, err
	}
	return responseOf(outcome, query.Request), nil
}
