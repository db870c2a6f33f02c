package linkface

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"

	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// sign returns the lower-case hex SHA-256 of api_id + api_secret + timestamp
// (SDK get_token, section 1.2, "签名sign说明").
func (c credential) sign(timestamp string) sensitive.String {
	digest := sha256.Sum256([]byte(c.apiID.Reveal() + c.apiSecret.Reveal() + timestamp))
	return sensitive.New(hex.EncodeToString(digest[:]))
}

func (a *account) timestamp(now time.Time) string {
	if a.seconds {
		return strconv.FormatInt(now.Unix(), 10)
	}
	return strconv.FormatInt(now.UnixMilli(), 10)
}
