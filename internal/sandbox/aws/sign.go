package aws

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
	algorithm = "AWS4-HMAC-SHA256"
	service   = "rekognition"
	timeForm  = "20060102T150405Z"
	// clockTolerance is what reports of this service have.
	clockTolerance = 5 * time.Minute
)

// What this vendor tells apart beside what others do.
const (
	noSignature  params.Kind = "no signature"
	badSignature params.Kind = "malformed signature"
)

// verifier checks Signature Version 4.
type verifier struct {
	accepted standin.Credentials
	sessions standin.Sessions
	region   string
}

// credential is what stands in Authorization.
type credential struct {
	keyID, date, region, service, end string
	signed                            []string // names of headers
	signature                         string
}

var authorization = regexp.MustCompile(`^AWS4-HMAC-SHA256 +Credential=([^/,\s]+)/([0-9]{8})/([^/,\s]+)/([^/,\s]+)/([^/,\s]+), *SignedHeaders=([^,\s]+), *Signature=([0-9a-f]{64})$`)

func credentialOf(r *http.Request) credential {
	parts := authorization.FindStringSubmatch(r.Header.Get("Authorization"))
	if parts == nil {
		return credential{}
	}
	return credential{parts[1], parts[2], parts[3], parts[4], parts[5], strings.Split(parts[6], ";"), parts[7]}
}

func (v verifier) judge(c standin.Call) params.Kind {
	r := c.Request
	if r.Header.Get("Authorization") == "" {
		return noSignature
	}
	given := credentialOf(r)
	at, err := time.Parse(timeForm, r.Header.Get("X-Amz-Date"))
	if given.keyID == "" || err != nil {
		return badSignature
	}
	secret, known := v.accepted.SecretOf(given.keyID)
	if !known {
		return params.WrongCredentials
	}
	if k := v.sessions.Judge(given.keyID, r.Header.Get("X-Amz-Security-Token")); k != params.None {
		return k
	}
	switch {
	case given.date != at.Format("20060102") || given.region != v.region || given.service != service || given.end != "aws4_request":
		return params.WrongSignature
	case !signsEnough(r, given.signed):
		return params.WrongSignature
	case c.Began.Sub(at).Abs() > clockTolerance:
		return params.ExpiredSignature
	case !hmac.Equal([]byte(given.sign(secret, r, c.Body)), []byte(given.signature)):
		return params.WrongSignature
	default:
		return params.None
	}
}

// signsEnough reports whether host and every x-amz- header is signed, and the names are in
// order.
func signsEnough(r *http.Request, names []string) bool {
	if !slices.IsSorted(names) || !slices.Contains(names, "host") {
		return false
	}
	for name := range r.Header {
		name = strings.ToLower(name)
		if strings.HasPrefix(name, "x-amz-") && !slices.Contains(names, name) {
			return false
		}
	}
	return true
}

func (c credential) sign(secret string, r *http.Request, body []byte) string {
	scope := strings.Join([]string{c.date, c.region, c.service, c.end}, "/")
	toSign := strings.Join([]string{algorithm, r.Header.Get("X-Amz-Date"), scope, hash([]byte(c.canonical(r, body)))}, "\n")
	key := []byte("AWS4" + secret)
	for _, part := range []string{c.date, c.region, c.service, c.end} {
		key = mac(key, part)
	}
	return hex.EncodeToString(mac(key, toSign))
}

// canonical is the canonical request. This service has no query.
func (c credential) canonical(r *http.Request, body []byte) string {
	var text strings.Builder
	text.WriteString(r.Method + "\n" + r.URL.EscapedPath() + "\n" + r.URL.RawQuery + "\n")
	for _, name := range c.signed {
		text.WriteString(name + ":" + headerOf(r, name) + "\n")
	}
	text.WriteString("\n" + strings.Join(c.signed, ";") + "\n" + hash(body))
	return text.String()
}

// headerOf is a header as it was sent; net/http takes two of them out.
func headerOf(r *http.Request, name string) string {
	switch name {
	case "host":
		return r.Host
	case "content-length":
		return strconv.FormatInt(r.ContentLength, 10)
	default:
		var values []string
		for _, value := range r.Header.Values(name) {
			values = append(values, strings.Join(strings.Fields(value), " "))
		}
		return strings.Join(values, ",")
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
