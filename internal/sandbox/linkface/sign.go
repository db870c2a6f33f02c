package linkface

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"

	"github.com/liveness-gateway/gateway/internal/sandbox/params"
	"github.com/liveness-gateway/gateway/internal/sandbox/standin"
)

// unixTime is unix time. The document leaves the unit open, so the number of
// digits tells: 10 are seconds, 13 milliseconds.
const unixTime = `^([0-9]{10}|[0-9]{13})$`

// checkDigest judges Linkface's signature, SDK get_token, 1.2: lower-case hexadecimal
// SHA-256 of api_id, api_secret and timestamp. That a stale timestamp is refused, and
// with 验签失败, is our reading.
func checkDigest(c standin.Credentials) func(standin.Call) params.Kind {
	return func(call standin.Call) params.Kind {
		f := call.Values
		now := call.Began
		id, timestamp := f["api_id"].Text, f["timestamp"].Text
		secret, known := c.SecretOf(id)
		sum := sha256.Sum256([]byte(id + secret + timestamp))
		if !known || !hmac.Equal([]byte(hex.EncodeToString(sum[:])), []byte(f["sign"].Text)) {
			return params.WrongSignature
		}
		if now.Sub(timeOf(timestamp)).Abs() > standin.ClockTolerance {
			return params.WrongSignature
		}
		return params.None
	}
}

// timeOf reads a text that unixTime matches; such a number cannot overflow.
func timeOf(timestamp string) time.Time {
	n, _ := strconv.ParseInt(timestamp, 10, 64)
	if len(timestamp) == 10 {
		return time.Unix(n, 0)
	}
	return time.UnixMilli(n)
}
