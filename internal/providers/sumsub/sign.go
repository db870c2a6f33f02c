package sumsub

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"

	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// sign returns X-App-Access-Sig (Authentication): of the timestamp, the method, the path with its
// query, as it is sent, and the body, byte for byte.
func sign(secretKey sensitive.String, timestamp, path string, body io.WriterTo) sensitive.String {
	mac := hmac.New(sha256.New, []byte(secretKey.Reveal()))
	mac.Write([]byte(timestamp + "POST" + path))
	_, _ = body.WriteTo(mac) // a hash takes everything
	return sensitive.New(hex.EncodeToString(mac.Sum(nil)))
}
