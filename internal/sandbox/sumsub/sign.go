package sumsub

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/liveness-gateway/gateway/internal/sandbox/params"
	"github.com/liveness-gateway/gateway/internal/sandbox/standin"
)

// "Authentication": three headers on every request.
const (
	tokenHeader     = "X-App-Token"
	timeHeader      = "X-App-Access-Ts"
	signatureHeader = "X-App-Access-Sig"
)

// clockTolerance is "Authentication": at most a minute.
const clockTolerance = time.Minute

// What this vendor tells apart beside what others do.
const (
	noHeader         params.Kind = "header missing"
	badHeader        params.Kind = "bad header"
	badToken         params.Kind = "bad app token"
	wrongPrivatePart params.Kind = "wrong private part"
)

var (
	appToken    = regexp.MustCompile(`^((?:sbx|prd):[^.:]+)\.[^.]+$`)
	unixSeconds = regexp.MustCompile(`^[0-9]{1,15}$`)
)

func checkSignature(accepted standin.Credentials) func(standin.Call) params.Kind {
	return func(c standin.Call) params.Kind {
		token, at, signature := c.Values[tokenHeader].Text, c.Values[timeHeader].Text, c.Values[signatureHeader].Text
		if token == "" || at == "" || signature == "" {
			return noHeader
		}
		secret, k := secretOf(accepted, token)
		switch {
		case k != params.None:
			return k
		case !unixSeconds.MatchString(at):
			return badHeader
		case c.Began.Sub(timeOf(at)).Abs() > clockTolerance:
			return params.ExpiredSignature
		case !hmac.Equal([]byte(sign(secret, at, c.Request.Method, c.Request.RequestURI, c.Body)), []byte(signature)):
			return params.WrongSignature
		default:
			return params.None
		}
	}
}

// secretOf returns the secret key of an app token, which is "kind:public.private".
func secretOf(accepted standin.Credentials, token string) (string, params.Kind) {
	parts := appToken.FindStringSubmatch(token)
	if parts == nil {
		return "", badToken
	}
	if secret, known := accepted.SecretOf(token); known {
		return secret, params.None
	}
	if slices.ContainsFunc(accepted.Keys(), func(key string) bool { return strings.HasPrefix(key, parts[1]+".") }) {
		return "", wrongPrivatePart
	}
	return "", params.WrongCredentials
}

// sign is "Authentication": timestamp, method, path with query and body, without
// separators.
func sign(secret, at, method, uri string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(at + method + uri))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

// timeOf reads a text that unixSeconds matches; such a number cannot overflow.
func timeOf(at string) time.Time {
	n, _ := strconv.ParseInt(at, 10, 64)
	return time.Unix(n, 0)
}
