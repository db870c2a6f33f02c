package vendorhttp_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/wiretest"
)

func TestRetryAfter(t *testing.T) {
	// The vendor's clock is an hour ahead.
	vendorNow := now().Add(time.Hour)
	at := func(d time.Duration) string { return vendorNow.Add(d).UTC().Format(http.TimeFormat) }
	tests := map[string]struct {
		fields []string
		want   time.Duration
	}{
		"absent":            {nil, 0},
		"seconds":           {[]string{"30"}, 30 * time.Second},
		"none":              {[]string{"0"}, 0},
		"zeros before":      {[]string{"0007"}, 7 * time.Second},
		"blanks around":     {[]string{" 5 "}, 5 * time.Second},
		"at the most":       {[]string{"60"}, time.Minute},
		"too long":          {[]string{"61"}, time.Minute},
		"hours":             {[]string{"86400"}, time.Minute},
		"no integer holds":  {[]string{"99999999999999999999999999"}, time.Minute},
		"negative":          {[]string{"-1"}, 0},
		"signed":            {[]string{"+5"}, 0},
		"a fraction":        {[]string{"1.5"}, 0},
		"with a unit":       {[]string{"5s"}, 0},
		"words":             {[]string{"soon"}, 0},
		"empty":             {[]string{""}, 0},
		"digits not ASCII":  {[]string{"１０"}, 0},
		"a list":            {[]string{"5, 10"}, 0},
		"twice":             {[]string{"5", "10"}, 10 * time.Second},
		"garbage and a one": {[]string{"soon", "10"}, 10 * time.Second},
		"a date":            {[]string{at(20 * time.Second)}, 20 * time.Second},
		"this very second":  {[]string{at(0)}, 0},
		"a date long ahead": {[]string{at(24 * time.Hour)}, time.Minute},
		"a date that is over, though by the gateway's clock it is not": {[]string{at(-time.Second)}, 0},
		"RFC 850":                {[]string{vendorNow.Add(9 * time.Second).UTC().Format("Monday, 02-Jan-06 15:04:05 GMT")}, 9 * time.Second},
		"asctime":                {[]string{vendorNow.Add(9 * time.Second).UTC().Format(time.ANSIC)}, 9 * time.Second},
		"a date of another form": {[]string{vendorNow.Add(9 * time.Second).Format(time.RFC3339)}, 0},
	}
	for name, test := range tests {
		for _, status := range []int{http.StatusOK, http.StatusFound, http.StatusForbidden, http.StatusTooManyRequests, http.StatusServiceUnavailable} {
			answer := post(t, wiretest.Serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Date", at(0))
				w.Header()["Retry-After"] = test.fields
				w.WriteHeader(status)
			}))
			require.Equal(t, test.want, answer.Exchange().RetryAfter, "%s under %d", name, status)
			require.Equal(t, test.want, answer.WithoutCode().Exchange.RetryAfter, "%s under %d", name, status)
		}
	}
}

// A refusal that says when to come again will pass.
func TestRetryAfterMakesTransient(t *testing.T) {
	for status, reason := range map[int]providers.Reason{
		400: providers.VendorInternalError, 403: providers.VendorInternalError, 409: providers.VendorInternalError,
		404: providers.VendorEndpointNotFound, 413: providers.ArgumentRejected, 429: providers.VendorRateLimited,
		302: providers.VendorResponseInvalid,
	} {
		failure := post(t, wiretest.Serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "5")
			w.WriteHeader(status)
		})).WithoutCode()
		require.Equal(t, reason, failure.Reason, status)
		require.Equal(t, status == 302, failure.Ambiguous, status)
	}
}

// Without a Date the vendor's clock is what was learnt of it before.
func TestRetryAfterWithoutDate(t *testing.T) {
	target := wiretest.Serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Date"] = nil
		w.Header().Set("Retry-After", now().Add(time.Hour+40*time.Second).UTC().Format(http.TimeFormat))
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	call := providers.Call{Request: &providers.Request{}, Now: now(), ClockOffset: time.Hour}
	answer, failure := vendorhttp.Post(t.Context(), wiretest.NewTransport(t), target, call, small())
	require.Nil(t, failure)
	require.InDelta(t, 40, answer.Exchange().RetryAfter.Seconds(), 10) // less the time of the call
	require.LessOrEqual(t, answer.Exchange().RetryAfter, 40*time.Second)
}

// An answer whose body breaks off has told how long to wait.
func TestRetryAfterOfABrokenAnswer(t *testing.T) {
	failure := fail(t.Context(), t, wiretest.NewTransport(t), wiretest.Serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "7")
		w.Header().Set("Content-Length", "10")
		w.WriteHeader(http.StatusServiceUnavailable)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}))
	require.Equal(t, 7*time.Second, failure.Exchange.RetryAfter)
}
