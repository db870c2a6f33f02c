package vendorhttp_test

import (
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/wiretest"
)

func TestWithoutCode(t *testing.T) {
	const (
		maybe = true
		no    = false
	)
	tests := []struct {
		status    int
		reason    providers.Reason
		ambiguous bool
	}{
		{200, providers.VendorResponseInvalid, maybe},
		{204, providers.VendorResponseInvalid, maybe},
		{301, providers.VendorResponseInvalid, maybe},
		{302, providers.VendorResponseInvalid, maybe},
		{308, providers.VendorResponseInvalid, maybe},
		{400, providers.VendorErrorUnrecognized, no},
		{401, providers.VendorErrorUnrecognized, no},
		{403, providers.VendorErrorUnrecognized, no},
		{404, providers.VendorEndpointNotFound, no},
		{405, providers.VendorErrorUnrecognized, no},
		{408, providers.VendorInternalError, no},
		{409, providers.VendorErrorUnrecognized, no},
		{413, providers.ArgumentRejected, no}, // of a request without photos
		{415, providers.VendorErrorUnrecognized, no},
		{421, providers.VendorInternalError, no},
		{425, providers.VendorInternalError, no},
		{429, providers.VendorRateLimited, no},
		{451, providers.VendorErrorUnrecognized, no},
		{499, providers.VendorInternalError, maybe},
		{500, providers.VendorInternalError, maybe},
		{501, providers.VendorInternalError, maybe},
		{502, providers.VendorInternalError, maybe},
		{503, providers.VendorInternalError, maybe},
		{504, providers.VendorInternalError, maybe},
		{599, providers.VendorInternalError, maybe},
	}
	for _, test := range tests {
		t.Run(http.StatusText(test.status), func(t *testing.T) {
			answer := post(t, wiretest.Serve(t, answering(test.status, "")))
			failure := answer.WithoutCode()
			require.Equal(t, test.reason, failure.Reason)
			require.Equal(t, test.ambiguous, failure.Ambiguous)
			require.Equal(t, test.status, failure.Exchange.HTTPStatus)
			require.Empty(t, failure.Exchange.Code)
			require.Equal(t, test.status < 300, answer.Succeeded())
		})
	}
}

func TestWithoutToken(t *testing.T) {
	failure := post(t, wiretest.Serve(t, answering(http.StatusOK, "{}"))).WithoutToken()
	require.Equal(t, providers.VendorResponseInvalid, failure.Reason)
	require.True(t, failure.Ambiguous)
	require.Error(t, failure.Cause)
}

func TestIsStatus(t *testing.T) {
	answer := post(t, wiretest.Serve(t, answering(http.StatusNotFound, "{}")))
	require.True(t, answer.IsStatus("404"))
	require.False(t, answer.IsStatus("4040"))
	require.False(t, answer.IsStatus(""))
}

func TestExchange(t *testing.T) {
	target := wiretest.Serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", "Tue, 14 Nov 2023 22:13:20 GMT")
		w.WriteHeader(http.StatusAccepted)
	})
	form := small()
	form.Reference = "order-1"
	answer, failure := vendorhttp.Post(t.Context(), wiretest.NewTransport(t), target, attempt(), form)
	require.Nil(t, failure)
	answer.SetBilled(providers.BilledYes)
	require.Equal(t, providers.Exchange{
		Reference: "order-1", HTTPStatus: http.StatusAccepted, Billed: providers.BilledYes,
		Date: time.Unix(1700000000, 0).UTC(),
	}, answer.Exchange())
	require.Equal(t, answer.Exchange(), answer.WithoutCode().Exchange)
}

func TestDateThatIsNone(t *testing.T) {
	for _, date := range []string{"today", "Fri, 31 Dec 9999 23:59:59 GMT", "Sat, 01 Jan 0000 00:00:00 GMT"} {
		target := wiretest.Serve(t, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Date", date) })
		require.Zero(t, post(t, target).Exchange().Date, date)
	}
}

func TestRedirectIsNotFollowed(t *testing.T) {
	var calls atomic.Int32
	target := wiretest.Serve(t, func(w http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(http.StatusTemporaryRedirect)
	})
	require.Equal(t, http.StatusTemporaryRedirect, post(t, target).Exchange().HTTPStatus)
	require.EqualValues(t, 1, calls.Load())
}
