package vendorhttp

import (
	"net/http"
	"strings"
	"time"
)

// maxRetryAfter bounds what is believed of Retry-After, which may be hours: a vendor
// that is well again sooner should not wait for the gateway.
const maxRetryAfter = time.Minute

// retryAfter returns how long the Retry-After fields ask to wait, the longest of them:
// seconds, or a date by the server's own clock, which shows now. Anything else is
// ignored, as is a date that is over. (RFC 9110, section 10.2.3.)
func retryAfter(fields []string, now time.Time) time.Duration {
	longest := time.Duration(0)
	for _, field := range fields {
		field = strings.TrimSpace(field)
		if seconds, ok := delaySeconds(field); ok {
			longest = max(longest, seconds)
		} else if date, err := http.ParseTime(field); err == nil {
			longest = max(longest, date.Sub(now))
		}
	}
	return min(longest, maxRetryAfter)
}

// delaySeconds reads digits, however many: a number that is too large for an integer is
// still longer than a minute.
func delaySeconds(field string) (time.Duration, bool) {
	if field == "" || strings.Trim(field, "0123456789") != "" {
		return 0, false
	}
	delay := time.Duration(0)
	for _, digit := range field {
		delay = min(delay*10+time.Duration(digit-'0')*time.Second, maxRetryAfter)
	}
	return delay, true
}
