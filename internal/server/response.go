package server

import (
	"cmp"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
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

var billed = map[providers.Billed]livenessv1.Billed{
	providers.BilledUnknown: livenessv1.Billed_BILLED_UNSPECIFIED,
	providers.BilledYes:     livenessv1.Billed_BILLED_YES,
	providers.BilledNo:      livenessv1.Billed_BILLED_NO,
}

// responseOf returns the answer of a call that issued a token, without the id of the
// request. The reference is the caller's.
func responseOf(outcome *routing.Outcome, reference string) *livenessv1.IssueLivenessTokenResponse {
	token, target := outcome.Token, outcome.Issued()
	response := &livenessv1.IssueLivenessTokenResponse{
		Token:        token.Value.Reveal(),
		SessionId:    token.SessionID.Reveal(),
		ExpirySource: expirySources[token.Expiry.Source],
		SingleUse:    target.Product.SingleUse,
		Product:      target.Product.ID,
		Account:      target.Account,
		Region:       target.Region,
		Client:       clientOf(token.Client, target.Region),
		Reference:    cmp.Or(reference, token.Reference),
		Attempts:     attemptsOf(outcome.Attempts),
	}
	if !token.Expiry.Time.IsZero() {
		response.ExpireTime = timestamppb.New(token.Expiry.Time)
	}
	return response
}

func clientOf(client providers.Client, region string) *livenessv1.Client {
	return &livenessv1.Client{
		Url:        client.URL.Reveal(),
		Digits:     client.Digits.Reveal(),
		Endpoint:   client.Endpoint,
		Parameters: revealed(client.Parameters),
		Region:     region,
	}
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

func attemptsOf(attempts []routing.Attempt) []*livenessv1.Attempt {
	messages := make([]*livenessv1.Attempt, len(attempts))
	for i := range attempts {
		attempt, exchange := &attempts[i], &attempts[i].Exchange
		messages[i] = &livenessv1.Attempt{
			Product:          attempt.Target.Product.ID,
			Account:          attempt.Target.Account,
			Region:           attempt.Target.Region,
			Reason:           string(attempt.Reason),
			Duration:         durationpb.New(attempt.Duration),
			VendorReference:  exchange.Reference,
			VendorRequestId:  exchange.RequestID,
			VendorCode:       exchange.Code,
			VendorHttpStatus: int32(exchange.HTTPStatus),
			ProcessingTime:   durationOf(exchange.ProcessingTime),
			Billed:           billed[exchange.Billed],
		}
	}
	return messages
}

// durationOf leaves out what the vendor did not say.
func durationOf(d time.Duration) *durationpb.Duration {
	if d == 0 {
		return nil
	}
	return durationpb.New(d)
}
