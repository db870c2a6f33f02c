package vendorhttp_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/wiretest"
)

func TestLocalTime(t *testing.T) {
	const year = 365 * 24 * time.Hour
	tests := map[string]struct {
		// offset is how far the Date of the answer is ahead; stated is counted from then.
		offset, stated time.Duration
		// want is counted from now, 0 for none.
		want time.Duration
	}{
		"clocks agree":                    {0, 10 * time.Minute, 10 * time.Minute},
		"a second, which Date cannot say": {-time.Second, 10 * time.Minute, 10*time.Minute - time.Second},
		"ten minutes behind":              {-10 * time.Minute, 5 * time.Minute, 5 * time.Minute},
		"ten minutes ahead":               {10 * time.Minute, 4 * time.Second, 4 * time.Second},
		"five seconds ahead":              {5 * time.Second, 4 * time.Second, 4 * time.Second},
		"another time zone":               {8 * time.Hour, time.Minute, time.Minute},
		"a week behind":                   {-7 * 24 * time.Hour, time.Minute, time.Minute},
		"over when it is stated":          {0, -time.Second, 0},
		"over, by the vendor's clock":     {10 * time.Minute, -time.Second, 0},
		"now":                             {0, 0, 0},
		"a year ahead":                    {year, time.Minute, time.Minute},
		"years behind":                    {-10 * year, time.Minute, time.Minute},
		"not a clock, too far behind":     {-year, year + time.Minute, time.Minute},
		"not a clock, too far ahead":      {year, time.Minute - year, time.Minute},
		"not a clock, and over":           {-10 * year, 10*year - time.Second, 0},
		"far away, for never":             {0, 76 * year, 76 * year},
		"too far away":                    {0, 150 * year, 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			answer := post(t, wiretest.Serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Date", now().Add(test.offset).UTC().Format(http.TimeFormat))
			}))
			want := time.Time{}
			if test.want != 0 {
				want = now().Add(test.want)
			}
			require.Equal(t, want, answer.LocalTime(now().Add(test.offset+test.stated)))
		})
	}
	answer := post(t, wiretest.Serve(t, func(w http.ResponseWriter, _ *http.Request) { w.Header()["Date"] = nil }))
	require.Equal(t, now().Add(time.Minute), answer.LocalTime(now().Add(time.Minute)), "no Date")
	require.Zero(t, answer.LocalTime(time.Time{}))
}
