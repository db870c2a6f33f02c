package tencent

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/liveness-gateway/gateway/internal/sandbox/params"
	"github.com/liveness-gateway/gateway/internal/sandbox/standin"
)

const (
	versionHeader   = "X-TC-Version"
	timeHeader      = "X-TC-Timestamp"
	regionHeader    = "X-TC-Region"
	signatureHeader = "Authorization"

	algorithm = "TC3-HMAC-SHA256"
	service   = "faceid"
	// clockTolerance is what AuthFailure.SignatureExpire says.
	clockTolerance = 5 * time.Minute
)

const unixSeconds = `^[0-9]{1,15}$`

var authorization = regexp.MustCompile(`^TC3-HMAC-SHA256 +Credential=([^/,\s]+)/([^/,\s]+)/([^/,\s]+)/([^/,\s]+), *SignedHeaders=([^,\s]+), *Signature=([0-9a-f]{64})$`)

// identity are the headers that say who is calling.
func identity() []params.Row {
	return []params.Row{
		{Name: versionHeader, Required: true, Check: params.OneOf("2018-03-01").Or(badVersion)},
		{Name: timeHeader, Required: true, Check: params.Matching(unixSeconds)},
		{Name: signatureHeader, Check: params.Text(authorization.MatchString).Or(badAuthorization)},
		{Name: regionHeader, Check: params.AnyText()},
	}
}

// credential is what stands in Authorization.
type credential struct {
	id, date, service, end string
	signed                 []string // names of headers
	signature              string
}

// checkSignature judges TC3-HMAC-SHA256.
func checkSignature(accepted standin.Credentials, sessions standin.Sessions) func(standin.Call) params.Kind {
	return func(c standin.Call) params.Kind {
		parts := authorization.FindStringSubmatch(c.Values[signatureHeader].Text)
		if parts == nil {
			return badAuthorization
		}
		given := credential{parts[1], parts[2], parts[3], parts[4], strings.Split(parts[5], ";"), parts[6]}
		secret, known := accepted.SecretOf(given.id)
		if !known {
			return params.WrongCredentials
		}
		if k := sessions.Judge(given.id, c.Request.Header.Get("X-TC-Token")); k != params.None {
			return k
		}
		timestamp := c.Values[timeHeader].Text
		seconds, _ := strconv.ParseInt(timestamp, 10, 64) // a text of digits that cannot overflow
		at := time.Unix(seconds, 0)
		switch {
		case c.Began.Sub(at).Abs() > clockTolerance:
			return params.ExpiredSignature
		case given.date != at.UTC().Format(time.DateOnly) || given.service != service || given.end != "tc3_request":
			return params.WrongSignature
		case !given.signsEnough():
			return params.WrongSignature
		case !hmac.Equal([]byte(given.sign(secret, timestamp, c.Request, c.Body)), []byte(given.signature)):
			return params.WrongSignature
		default:
			return params.None
		}
	}
}

func (c credential) signsEnough() bool {
	return slices.IsSorted(c.signed) && slices.Contains(c.signed, "content-type") && slices.Contains(c.signed, "host")
}

func (c credential) sign(secret, timestamp string, r *http.Request, body []byte) string {
	scope := c.date + "/" + c.service + "/" + c.end
	toSign := strings.Join([]string{algorithm, timestamp, scope, hash([]byte(c.canonical(r, body)))}, "\n")
	key := []byte("TC3" + secret)
	for _, part := range []string{c.date, c.service, c.end} {
		key = mac(key, part)
	}
	return hex.EncodeToString(mac(key, toSign))
}

func (c credential) canonical(r *http.Request, body []byte) string {
	var text strings.Builder
	text.WriteString(r.Method + "\n/\n" + r.URL.RawQuery + "\n")
	for _, name := range c.signed {
		text.WriteString(name + ":" + headerOf(r, name) + "\n")
	}
	text.WriteString("\n" + strings.Join(c.signed, ";") + "\n" + hash(body))
	return text.String()
}

// headerOf is a header as it is signed.
func headerOf(r *http.Request, name string) string {
	switch value := strings.TrimSpace(r.Header.Get(name)); name {
	case "host":
		return r.Host
	case "x-tc-action":
		return strings.ToLower(value)
	default:
		return value
	}
}

func mac(key []byte, text string) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(text))
	return m.Sum(nil)
}

func hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
