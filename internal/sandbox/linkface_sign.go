package sandbox

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strconv"
	"time"
)

// linkfaceTimestamp is unix time. The document leaves the unit open, so the number of
// digits tells: 10 are seconds, 13 milliseconds.
var linkfaceTimestamp = regexp.MustCompile(`^([0-9]{10}|[0-9]{13})$`)

// checkDigest judges Linkface's signature, SDK get_token, 1.2: lower-case hexadecimal
// SHA-256 of api_id, api_secret and timestamp. That a stale timestamp is refused, and
// with 验签失败, is our reading.
func (c Credentials) checkDigest(f form, now time.Time) kind {
	id, timestamp := f["api_id"].text, f["timestamp"].text
	secret, known := c.secretOf(id)
	sum := sha256.Sum256([]byte(id + secret + timestamp))
	if !known || !hmac.Equal([]byte(hex.EncodeToString(sum[:])), []byte(f["sign"].text)) {
		return wrongSign
	}
	if now.Sub(timeOf(timestamp)).Abs() > clockTolerance {
		return wrongSign
	}
	return noFault
}

// timeOf reads a text that linkfaceTimestamp matches; such a number cannot overflow.
func timeOf(timestamp string) time.Time {
	n, _ := strconv.ParseInt(timestamp, 10, 64)
	if len(timestamp) == 10 {
		return time.Unix(n, 0)
	}
	return time.UnixMilli(n)
}
