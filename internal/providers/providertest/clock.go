package providertest

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
)

func clockChecks() []check {
	return []check{
		{"clock/retry-after", retryAfter},
		{"clock/vendor-clock", vendorClock},
		{"clock/implausible-expiry", implausibleExpiry},
	}
}

// Any answer can ask to wait, for a time or until a date by its own clock, and is
// believed for a minute.
func retryAfter(t *trial) {
	row := t.Provider.Codes[0]
	bodies := map[string]int{
		"":                               http.StatusTooManyRequests,
		"<html>":                         http.StatusServiceUnavailable,
		failure(t.Failures[0], row.Code): http.StatusForbidden,
		t.Success.Body:                   http.StatusOK,
	}
	for body, status := range bodies {
		for value, want := range map[string]time.Duration{
			"30": 30 * time.Second, "3600": time.Minute, "0": 0, "-5": 0, "soon": 0, "1.5": 0, "": 0,
			vendorTime().Add(20 * time.Second).Format(http.TimeFormat): 20 * time.Second,
			vendorTime().Add(time.Hour).Format(http.TimeFormat):        time.Minute,
			vendorTime().Add(-time.Hour).Format(http.TimeFormat):       0,
		} {
			t.vendor.answer = answering(status, body, "Retry-After", value)
			token, failure := t.issue(t.Context(), t.target, call(t.Full))
			var got providers.Exchange
			if failure != nil {
				got = failure.Exchange
			} else {
				got = token.Exchange
			}
			require.Equal(t, want, got.RetryAfter, "of %q under %d", value, status)
		}
	}
}

// dated returns a handler that answers with Success and that Date.
func (t *trial) dated(body string, date time.Time) http.HandlerFunc {
	return answering(http.StatusOK, body, "Date", date.UTC().Format(http.TimeFormat))
}

// Whether the vendor states an absolute or a relative time, the gateway's own clock is
// what a token expires by.
func vendorClock(t *trial) {
	want := t.Success.Token.Expiry
	for _, offset := range []time.Duration{0, 10 * time.Minute, -10 * time.Minute, 8 * time.Hour, -8 * time.Hour} {
		body := t.Success.Body
		if t.ExpiryField != "" {
			stated := want.Time.Add(offset).Unix() // as a vendor says whose clock is off
			body = parse(t, body).with(t.ExpiryField, stated).String()
		}
		t.vendor.answer = t.dated(body, Now().Add(offset))
		require.Empty(t, cmp.Diff(want, t.accept(t.target, call(t.Full)).Expiry), "of a clock that is off by %v", offset)
	}
}

// A time that is not plausible is as good as none: the documented lifetime holds, or
// none is known.
func implausibleExpiry(t *trial) {
	if t.ExpiryField == "" {
		return
	}
	without := parse(t, t.Success.Body)
	delete(without, t.ExpiryField)
	t.vendor.answer = t.dated(without.String(), Now())
	want := t.accept(t.target, call(t.Full)).Expiry
	require.NotEqual(t, providers.VendorStated, want.Source)
	for _, value := range []string{
		"600", "1", "0", "-1", "1700000600000", `"1700000600000"`, "1700000600.5", "1.7000006e9", "1700000600000000",
		"1699999999", "1700000000", "1462257765", "9999999999", "99999999999999999999", `"soon"`, `""`, "true", "null", "{}", "[1700000600]",
		`"2023-11-14T22:23:20Z"`,
	} {
		t.vendor.answer = t.dated(without.with(t.ExpiryField, json.RawMessage(value)).String(), Now())
		require.Empty(t, cmp.Diff(want, t.accept(t.target, call(t.Full)).Expiry), "of %s", value)
	}
}
