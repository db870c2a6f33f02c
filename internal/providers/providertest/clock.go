package providertest

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/providertest/jsonfields"
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
			stated := t.stated(want.Time.Add(offset)) // as a vendor says whose clock is off
			body = jsonfields.Parse(t, body).With(t.ExpiryField, stated).String()
		}
		t.vendor.answer = t.dated(body, Now().Add(offset))
		require.Empty(t, cmp.Diff(want, t.accept(t.target, call(t.Full)).Expiry), "of a clock that is off by %v", offset)
	}
}

// stated returns a time as the vendor writes it.
func (p *Product) stated(expiry time.Time) any {
	if p.ExpiryLayout == "" {
		return expiry.Unix()
	}
	return expiry.UTC().Format(p.ExpiryLayout)
}

// A time that is not plausible is as good as none: the documented lifetime holds, or
// none is known.
func implausibleExpiry(t *trial) {
	if t.ExpiryField == "" {
		return
	}
	without := jsonfields.Parse(t, t.Success.Body).Without(t.ExpiryField)
	t.vendor.answer = t.dated(without.String(), Now())
	want := t.accept(t.target, call(t.Full)).Expiry
	require.NotEqual(t, providers.VendorStated, want.Source)
	values := []string{
		"600", "1", "0", "-1", "1700000600000", `"1700000600000"`, "1700000600.5", "1.7000006e9", "1700000600000000",
		"1699999999", "1700000000", "1462257765", "9999999999", "99999999999999999999", `"soon"`, `""`, "true", "null", "{}", "[1700000600]",
	}
	if t.ExpiryLayout == "" {
		values = append(values, `"2023-11-14T22:23:20Z"`)
	} else {
		for _, implausible := range []time.Time{{}, time.Unix(0, 0), Now().Add(-time.Second), Now(), Now().AddDate(200, 0, 0)} {
			values = append(values, jsonfields.Text(t.stated(implausible)))
		}
		values = append(values, "1700000600", `"1700000600"`)
	}
	for _, value := range values {
		t.vendor.answer = t.dated(without.With(t.ExpiryField, json.RawMessage(value)).String(), Now())
		require.Empty(t, cmp.Diff(want, t.accept(t.target, call(t.Full)).Expiry), "of %s", value)
	}
}
