package service

import (
	"cmp"

	"google.golang.org/protobuf/types/known/timestamppb"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

var expirySources = map[providers.ExpirySource]livenessv1.ExpirySource{
	providers.ExpiryUnknown:     livenessv1.ExpirySource_EXPIRY_SOURCE_UNSPECIFIED,
	providers.VendorStated:      livenessv1.ExpirySource_EXPIRY_SOURCE_VENDOR_STATED,
	providers.Requested:         livenessv1.ExpirySource_EXPIRY_SOURCE_REQUESTED,
	providers.DocumentedDefault: livenessv1.ExpirySource_EXPIRY_SOURCE_DOCUMENTED_DEFAULT,
}

// responseOf returns the answer for the token that was issued for the request, without a call's id.
func responseOf(outcome *routing.Outcome, request *providers.Request) *livenessv1.IssueLivenessTokenResponse {
	token, target := outcome.Token, outcome.Issued()
	both := &struct { // one allocation
		response livenessv1.IssueLivenessTokenResponse
		client   livenessv1.Client
	}{
		response: livenessv1.IssueLivenessTokenResponse{
			Token:        token.Value.Reveal(),
			SessionId:    token.SessionID.Reveal(),
			ExpirySource: expirySources[token.Expiry.Source],
			SingleUse:    target.Product.Use == providers.SingleUse,
			Product:      target.Product.ID,
			Account:      target.Account,
			Region:       target.Region,
			Reference:    cmp.Or(request.Reference, token.Reference),
			Attempts:     call.Attempts(outcome.Attempts),
			Compares:     target.Product.Compares() && request.Asks()&providers.Comparison != 0,
		},
		client: livenessv1.Client{
			Url:        token.Client.URL.Reveal(),
			Digits:     token.Client.Digits.Reveal(),
			Endpoint:   token.Client.Endpoint,
			Parameters: revealed(token.Client.Parameters),
			Region:     target.Region,
		},
	}
	both.response.Client = &both.client
	if !token.Expiry.Time.IsZero() {
		both.response.ExpireTime = timestamppb.New(token.Expiry.Time)
	}
	return &both.response
}

func revealed(parameters map[string]sensitive.String) map[string]string {
	if len(parameters) == 0 {
		return nil
	}
	plain := make(map[string]string, len(parameters))
	for name, value := range parameters {
		plain[name] = value.Reveal()
	}
	return plain
}
