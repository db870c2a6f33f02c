package megvii

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strconv"
	"time"

	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// signVersion names the algorithm of sign (get_biz_token 1.0.0 and 5.0.0, "参数").
const signVersion = "hmac_sha1"

// signatureLifetime is how long a signature is valid. One is made for each call; the
// lifetime tolerates clock skew.
const signatureLifetime = 300 * time.Second

// sign returns the signature of an app-v3 or app-v5 call (the vendor's "App-鉴权说明"): the
// base64 of the 20 bytes of HMAC-SHA1 over the text, followed by the text itself.
// random is a nonce of up to ten decimal digits, as text because it may begin with 0.
func (c credential) sign(now, expire time.Time, random string) sensitive.String {
	text := "a=" + c.apiKey.Reveal() +
		"&b=" + strconv.FormatInt(expire.Unix(), 10) +
		"&c=" + strconv.FormatInt(now.Unix(), 10) +
		"&d=" + random
	mac := hmac.New(sha1.New, []byte(c.apiSecret.Reveal()))
	mac.Write([]byte(text))
	return sensitive.New(base64.StdEncoding.EncodeToString(append(mac.Sum(nil), text...)))
}

// nonce returns ten random decimal digits.
func (a *account) nonce() string {
	var raw [8]byte
	a.Random(raw[:])
	return fmt.Sprintf("%010d", binary.BigEndian.Uint64(raw[:])%1e10)
}
