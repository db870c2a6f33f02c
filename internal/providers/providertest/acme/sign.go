package acme

import (
	"encoding/hex"

	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/signing"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// sign returns X-Acme-Sign (Open Session, 2).
func sign(key, secret sensitive.String, timestamp, sessionNo string) sensitive.String {
	code := signing.HMACSHA256([]byte(secret.Reveal()), key.Reveal()+"\n"+timestamp+"\n"+sessionNo)
	return sensitive.New("v1=" + hex.EncodeToString(code))
}
