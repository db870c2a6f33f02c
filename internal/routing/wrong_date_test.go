package routing

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing/guard"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// Dates that are wrong teach nothing while the signature's time is right, and a refused
// signature that has another cause costs one call its clock, not all.
func TestWrongDate(t *testing.T) {
	for name, spurious := range map[string]int{"never refused": 0, "one in twenty refused": 20} {
		synctest.Test(t, func(t *testing.T) {
			n, failed := 0, 0
			a := target("a", on(guard.NewAccount(1, 10_000)))
			a.Issuer = answering(func(_ context.Context, call providers.Call) (*providers.Token, error) {
				n++
				exchange := providers.Exchange{HTTPStatus: 200, Date: time.Now().Add(10 * time.Minute).Truncate(time.Second)}
				if time.Since(call.SigningTime()).Abs() > 5*time.Minute || spurious > 0 && n%spurious == 0 {
					return nil, &providers.Error{Reason: providers.VendorSignatureExpired, Exchange: exchange}
				}
				return &providers.Token{Value: sensitive.New("token"), Exchange: exchange}, nil
			})
			r := router(a)
			for range 100 {
				if _, failure := callFor(t, r, 8*time.Second); failure != nil {
					failed++
				}
				time.Sleep(10 * time.Second)
			}
			require.LessOrEqual(t, failed, 10, name)
			require.Zero(t, targetOf(r, 0).Guard.ClockOffset())
		})
	}
}

// A credential that is rejected with two different times is not rejected for the time.
func TestRejectedWithTwoTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := target("a", on(guard.NewAccount(2, 10_000)))
		a.Credentials = []string{"old", "new"}
		a.Issuer = answering(func(_ context.Context, call providers.Call) (*providers.Token, error) {
			exchange := providers.Exchange{HTTPStatus: 401, Date: time.Now().Add(10 * time.Minute).Truncate(time.Second)}
			if call.Credential == 0 || call.ClockOffset != 0 {
				return nil, &providers.Error{Reason: providers.VendorCredentialsRejected, Exchange: exchange}
			}
			return issued, nil
		})
		r := router(a)
		outcome, failure := callFor(t, r, 8*time.Second)
		require.Nil(t, failure)
		require.Equal(t, []int{0, 0, 1}, used(outcome))
		require.Equal(t, guard.Open, stateOf(r, 0).credential)
		require.Zero(t, targetOf(r, 0).Guard.ClockOffset())
	})
}
