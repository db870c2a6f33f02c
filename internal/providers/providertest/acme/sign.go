package acme

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"

	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// sign returns X-Acme-Sign (Open Session, 2).
func sign(key, secret sensitive.String, timestamp, sessionNo string) sensitive.String {
	mac := hmac.New(sha256.New, []byte(secret.Reveal()))
	mac.Write([]byte(key.Reveal() + "\n" + timestamp + "\n" + sessionNo))
	return sensitive.New("v1=" + hex.EncodeToString(mac.Sum(nil)))
}
