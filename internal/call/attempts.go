package call

import (
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing"
)

var billed = map[providers.Billed]livenessv1.Billed{
	providers.BilledUnknown: livenessv1.Billed_BILLED_UNSPECIFIED,
	providers.BilledYes:     livenessv1.Billed_BILLED_YES,
	providers.BilledNo:      livenessv1.Billed_BILLED_NO,
}

// Attempts returns attempts in the form of answers and failures.
func Attempts(attempts []routing.Attempt) []*livenessv1.Attempt {
	messages := make([]*livenessv1.Attempt, len(attempts))
	made := make([]struct { // one allocation
		attempt  livenessv1.Attempt
		duration durationpb.Duration
	}, len(attempts))
	for i := range attempts {
		attempt, exchange, m := &attempts[i], &attempts[i].Exchange, &made[i]
		m.duration.Seconds, m.duration.Nanos = int64(attempt.Duration/time.Second), int32(attempt.Duration%time.Second)
		m.attempt = livenessv1.Attempt{
			Product:          attempt.Target.Product.ID,
			Account:          attempt.Target.Account,
			Region:           attempt.Target.Region,
			Reason:           string(attempt.Reason),
			Duration:         &m.duration,
			VendorReference:  exchange.Reference,
			VendorRequestId:  exchange.RequestID,
			VendorCode:       exchange.Code,
			VendorHttpStatus: int32(exchange.HTTPStatus),
			ProcessingTime:   durationOf(exchange.ProcessingTime),
			Billed:           billed[exchange.Billed],
		}
		messages[i] = &m.attempt
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
