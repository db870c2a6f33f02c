package aliyun

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/liveness-gateway/gateway/internal/sandbox/params"
	"github.com/liveness-gateway/gateway/internal/sandbox/standin"
)

const (
	actionHeader    = "X-Acs-Action"
	versionHeader   = "X-Acs-Version"
	dateHeader      = "X-Acs-Date"
	nonceHeader     = "X-Acs-Signature-Nonce"
	contentHeader   = "X-Acs-Content-Sha256"
	tokenHeader     = "X-Acs-Security-Token"
	signatureHeader = "Authorization"

	algorithm = "ACS3-HMAC-SHA256"
	version   = "2019-03-07"
	// clockTolerance is for how long x-acs-date is good.
	clockTolerance = 15 * time.Minute
	// nonces is how many are remembered; our choice.
	nonces = 10_000
)

var authorization = regexp.MustCompile(`^ACS3-HMAC-SHA256 +Credential=([^,\s]+),SignedHeaders=([^,\s]+),Signature=([0-9a-f]{64})$`)

// verifier judges ACS3-HMAC-SHA256.
type verifier struct {
	accepted standin.Credentials
	sessions standin.Sessions
	nonces   *standin.Recent[struct{}]
}

func (v verifier) judge(c standin.Call) params.Kind {
	header := c.Request.Header
	if header.Get(versionHeader) != version {
		return badVersion
	}
	given := header.Get(signatureHeader)
	parts := authorization.FindStringSubmatch(given)
	if parts == nil {
		if method, _, ok := strings.Cut(given, " "); ok && method != algorithm {
			return badMethod
		}
		return badAuthorization
	}
	for _, name := range []string{dateHeader, nonceHeader, contentHeader} {
		if header.Get(name) == "" {
			return noHeader
		}
	}
	at, err := time.Parse("2006-01-02T15:04:05Z", header.Get(dateHeader))
	if err != nil {
		return badDate
	}
	id, signed, signature := parts[1], strings.Split(parts[2], ";"), parts[3]
	secret, known := v.accepted.SecretOf(id)
	if !known {
		return params.WrongCredentials
	}
	if k := v.sessions.Judge(id, header.Get(tokenHeader)); k != params.None {
		return k
	}
	switch {
	case c.Began.Sub(at).Abs() > clockTolerance:
		return params.ExpiredSignature
	case !slices.Equal(signed, toSign(c.Request, c.Body)), header.Get(contentHeader) != hash(c.Body):
		return params.WrongSignature
	case !hmac.Equal([]byte(sign(secret, c.Request, signed)), []byte(signature)):
		return params.WrongSignature
	case !v.nonces.Add(id+" "+header.Get(nonceHeader), struct{}{}):
		return usedNonce
	default:
		return params.None
	}
}

// toSign are the names of the headers that have to be signed.
func toSign(r *http.Request, body []byte) []string {
	names := []string{"host"}
	if len(body) > 0 {
		names = append(names, "content-type")
	}
	for name := range maps.Keys(r.Header) {
		if name = strings.ToLower(name); strings.HasPrefix(name, "x-acs-") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func sign(secret string, r *http.Request, signed []string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(algorithm + "\n" + hash([]byte(canonical(r, signed)))))
	return hex.EncodeToString(mac.Sum(nil))
}

func canonical(r *http.Request, signed []string) string {
	var text strings.Builder
	text.WriteString(r.Method + "\n/\n" + query(r.URL.Query()) + "\n")
	for _, name := range signed {
		value := strings.TrimSpace(r.Header.Get(name))
		if name == "host" {
			value = r.Host
		}
		text.WriteString(name + ":" + value + "\n")
	}
	text.WriteString("\n" + strings.Join(signed, ";") + "\n" + r.Header.Get(contentHeader))
	return text.String()
}

// query writes the parameters by name, escaped by RFC 3986.
func query(values url.Values) string {
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		for _, value := range values[name] {
			pairs = append(pairs, escape(name)+"="+escape(value))
		}
	}
	return strings.Join(pairs, "&")
}

func escape(text string) string {
	return strings.NewReplacer("+", "%20", "*", "%2A", "%7E", "~").Replace(url.QueryEscape(text))
}

func hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
