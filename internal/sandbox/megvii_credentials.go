package sandbox

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// clockTolerance is how far a caller's clock may differ from the stand-in's
// where the documents say nothing.
const clockTolerance = 5 * time.Minute

// keyAndSecret are the rows api_key and api_secret, the same in three documents.
func keyAndSecret() []param {
	return []param{
		{name: "api_key", required: true, check: anyText()},
		{name: "api_secret", required: true, check: anyText()},
	}
}

// checkSecret judges the rows of keyAndSecret. AUTHENTICATION_ERROR, in the
// documents' tables: "api_key和api_secret不匹配".
func (c Credentials) checkSecret(f form, _ time.Time) kind {
	secret, known := c.secretOf(f["api_key"].text)
	if !known || secret != f["api_secret"].text {
		return wrongCredentials
	}
	return noFault
}

// signedText is what an app-v5 signature signs: key, expiry and issue in unix
// seconds, up to ten random digits.
var signedText = regexp.MustCompile(`^a=([^&]*)&b=([0-9]+)&c=([0-9]+)&d=[0-9]{1,10}$`)

// checkSign judges the parameter sign: standard base64 of HMAC-SHA1 over the
// signed text, as 20 raw bytes, and the signed text itself.
//
// get_biz_token 5.0.0, 错误码列表, has "无效签名" for AUTHENTICATION_ERROR and for
// INVALID_SIGN. Interpretation: the first is an unknown api_key, the second all else. A
// signature from the future shows clock skew too and is answered as an expired one.
func (c Credentials) checkSign(f form, now time.Time) kind {
	sign := f["sign"].text
	decoded, err := base64.StdEncoding.Strict().DecodeString(sign)
	if err != nil || len(decoded) < sha1.Size || strings.ContainsAny(sign, "\r\n") {
		return wrongSign
	}
	digest, signed := decoded[:sha1.Size], decoded[sha1.Size:]
	fields := signedText.FindSubmatch(signed)
	if fields == nil {
		return wrongSign
	}
	secret, known := c.secretOf(string(fields[1]))
	if !known {
		return wrongCredentials
	}
	mac := hmac.New(sha1.New, []byte(secret))
	mac.Write(signed)
	if !hmac.Equal(mac.Sum(nil), digest) {
		return wrongSign
	}
	return checkPeriod(string(fields[2]), string(fields[3]), now)
}

func checkPeriod(expire, issued string, now time.Time) kind {
	until, err1 := strconv.ParseInt(expire, 10, 64)
	from, err2 := strconv.ParseInt(issued, 10, 64)
	switch {
	case err1 != nil || err2 != nil || until <= from:
		return wrongSign
	case now.Unix() >= until || from > now.Add(clockTolerance).Unix():
		return expiredSign
	default:
		return noFault
	}
}
