package contract

import (
	"context"
	"errors"

	"github.com/liveness-gateway/gateway/internal/providers"
)

// CheckEvery is after how many bytes decoders check whether their caller has left.
const CheckEvery = 64 << 10

// Left returns the failure of a call whose caller has left, nil if it still waits.
func Left(ctx context.Context) *providers.Error {
	switch err := ctx.Err(); {
	case err == nil:
		return nil
	case errors.Is(err, context.DeadlineExceeded):
		return &providers.Error{Reason: providers.DeadlineTooShort}
	default:
		return &providers.Error{Reason: providers.CallerCancelled}
	}
}
