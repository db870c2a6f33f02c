package megvii

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/liveness-gateway/gateway/internal/sandbox/params"
	"github.com/liveness-gateway/gateway/internal/sandbox/standin"
)

// keyAndSecret are the rows api_key and api_secret, the same in three documents.
func keyAndSecret() []params.Row {
	return []params.Row{
		{Name: "api_key", Required: true, Check: params.AnyText()},
		{Name: "api_secret", Required: true, Check: params.AnyText()},
	}
}

// checkSecret judges the rows of keyAndSecret. AUTHENTICATION_ERROR, in the
// documents' tables: "api_key和api_secret不匹配".
func checkSecret(c standin.Credentials) func(standin.Call) params.Kind {
	return func(call standin.Call) params.Kind {
		f := call.Values
		secret, known := c.SecretOf(f["api_key"].Text)
		if !known || secret != f["api_secret"].Text {
			return params.WrongCredentials
		}
		return params.None
	}
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
func checkSign(c standin.Credentials) func(standin.Call) params.Kind {
	return func(call standin.Call) params.Kind {
		f := call.Values
		now := call.Began
		sign := f["sign"].Text
		decoded, err := base64.StdEncoding.Strict().DecodeString(sign)
		if err != nil || len(decoded) < sha1.Size || strings.ContainsAny(sign, "\r\n") {
			return params.WrongSignature
		}
		digest, signed := decoded[:sha1.Size], decoded[sha1.Size:]
		fields := signedText.FindSubmatch(signed)
		if fields == nil {
			return params.WrongSignature
		}
		secret, known := c.SecretOf(string(fields[1]))
		if !known {
			return params.WrongCredentials
		}
		mac := hmac.New(sha1.New, []byte(secret))
		mac.Write(signed)
		if !hmac.Equal(mac.Sum(nil), digest) {
			return params.WrongSignature
		}
		return checkPeriod(string(fields[2]), string(fields[3]), now)
	}
}

func checkPeriod(expire, issued string, now time.Time) params.Kind {
	until, err1 := strconv.ParseInt(expire, 10, 64)
	from, err2 := strconv.ParseInt(issued, 10, 64)
	switch {
	case err1 != nil || err2 != nil || until <= from:
		return params.WrongSignature
	case now.Unix() >= until || from > now.Add(standin.ClockTolerance).Unix():
		return params.ExpiredSignature
	default:
		return params.None
	}
}
