package faultyvendor

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/sandbox"
)

// patience is how long a client waits for what must happen.
const patience = time.Minute

// impatience is how long a client waits for a vendor that is to keep it waiting.
const impatience = time.Second

// visit is a vendor and somebody who asks it for tokens, on connections that are kept.
type visit struct {
	*Vendor
	client *http.Client
}

func open(t *testing.T, secure bool) *visit {
	t.Helper()
	var a *authority
	transport := &http.Transport{DisableCompression: true}
	if secure {
		var err error
		a, err = newAuthority()
		require.NoError(t, err)
		roots := x509.NewCertPool()
		require.True(t, roots.AppendCertsFromPEM(a.pem))
		transport.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	}
	v, err := startVendor(First, Options{Rate: 60}, a, func(o sandbox.Options) standIn { return sandbox.NewMegvii(o) })
	require.NoError(t, err)
	t.Cleanup(transport.CloseIdleConnections)
	t.Cleanup(v.close)
	return &visit{v, &http.Client{
		Transport: transport, Timeout: patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// ask asks for a token with the main credential.
func (v *visit) ask() (status int, body string, err error) { return v.askWith(Credentials()[0]) }

func (v *visit) askWith(c Credential) (status int, body string, err error) {
	form := url.Values{"api_key": {c.Key}, "api_secret": {c.Secret}, "biz_no": {"order-1"}}
	response, err := v.client.PostForm(v.url+"/faceid/lite/raw/get_random_number", form)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	return response.StatusCode, string(content), err
}

// issued is how many tokens the ledger has.
func (v *visit) issued() (n int) {
	for _, e := range v.standIn.Ledger() {
		if e.Token != "" {
			n++
		}
	}
	return n
}

func timesOut(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

func connectionLost(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET)
}

func untrusted(err error) bool {
	_, ok := errors.AsType[*tls.CertificateVerificationError](err)
	return ok
}

// symptom is how a client notices a fault.
type symptom struct {
	is func(status int, body string, err error) bool
	// patience is how long the client waits for it.
	patience time.Duration
}

func answersWith(status int, text string) symptom {
	return symptom{func(got int, body string, err error) bool {
		return err == nil && got == status && strings.Contains(body, text)
	}, patience}
}

// answersFrom is to be answered with one of the texts each time.
func answersFrom(texts ...string) symptom {
	return symptom{func(_ int, body string, err error) bool {
		return err == nil && slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(body, text) })
	}, patience}
}

func fails(as func(error) bool) symptom {
	return symptom{func(_ int, _ string, err error) bool { return err != nil && as(err) }, patience}
}

// Each fault is noticed, and when it ends all is as it was.
func TestFaults(t *testing.T) {
	refused := func(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) }
	hangs := symptom{fails(timesOut).is, impatience}
	for name, c := range map[string]struct {
		fault  Fault
		secure bool
		felt   symptom
		// issues says that the tokens were issued all the same.
		issues bool
	}{
		"refuse":           {Refuse, false, fails(refused), false},
		"keep silent":      {KeepSilent, false, hangs, false},
		"keep silent, TLS": {KeepSilent, true, hangs, false},
		"fill the queue":   {FillQueue, false, hangs, false},
		"expired":          {PresentExpired, true, fails(untrusted), false},
		"another name":     {PresentOtherName, true, fails(untrusted), false},
		"revoked":          {Revoke(1), false, answersWith(403, "AUTHENTICATION_ERROR"), false},
		"hangs":            {Always("hang"), false, hangs, true},
		"resets":           {Always("reset"), false, fails(connectionLost), true},
		"half":             {Always("half-body"), false, fails(connectionLost), true},
		"drips":            {Drip, false, hangs, true},
		"explodes":         {Explode, false, answersWith(200, "\x1f\x8b"), true},
		"empty":            {Always("status=200"), false, answersWith(200, ""), false},
		"redirects":        {Always("redirect"), false, answersWith(307, ""), false},
		"fails":            {Always("code=INTERNAL_ERROR"), false, answersWith(500, "INTERNAL_ERROR"), false},
		"slow":             {Takes(2 * impatience), false, hangs, true},
		"a framework":      {Frameworks, false, answersFrom(`{"error":"Not Found"}`, `"Service Unavailable"`), false},
		"a proxy's limit":  {RefuseSize, false, answersWith(413, "<html>"), false},
		"wants a rest":     {RetryAfter(AsDate, map[string]string{First: "status=429"}), false, answersWith(429, ""), false},
		"Date is off":      {ShiftDate(time.Hour), false, answersWith(200, "token_random_number"), true},
		"no fault":         {Nothing, false, answersWith(200, "token_random_number"), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := open(t, c.secure)
			well := func() {
				status, body, err := v.ask()
				require.True(t, answersWith(200, "token_random_number").is(status, body, err), "%d %s %v", status, body, err)
			}
			well()
			end, err := c.fault(v.Vendor)
			require.NoError(t, err)
			end = sync.OnceFunc(end)
			t.Cleanup(end)
			v.client.CloseIdleConnections() // some may be dead already
			v.client.Timeout = c.felt.patience
			for range 2 {
				status, body, err := v.ask()
				require.True(t, c.felt.is(status, body, err), "%d %.100q %v", status, body, err)
			}
			end()
			v.client.CloseIdleConnections()
			v.client.Timeout = patience
			well()
			// A vendor finishes what a client no longer waits for.
			want := map[bool]int{true: 4, false: 2}[c.issues]
			require.Eventually(t, func() bool { return v.issued() == want }, patience, 10*time.Millisecond, "%d", v.issued())
		})
	}
}

func TestSpareCredentialOutlivesTheMainOne(t *testing.T) {
	v := open(t, false)
	for revoked := range len(Credentials()) + 1 {
		_, err := Revoke(int32(revoked))(v.Vendor)
		require.NoError(t, err)
		for i, c := range Credentials() {
			status, _, err := v.askWith(c)
			require.NoError(t, err)
			require.Equal(t, i >= revoked, status == 200, "%d revoked, %s", revoked, c.Name)
		}
	}
}

func TestOnlyReusedConnectionsAreReset(t *testing.T) {
	v := open(t, false)
	_, err := ResetReused(v.Vendor)
	require.NoError(t, err)
	for range 3 {
		status, _, err := v.ask()
		require.NoError(t, err)
		require.Equal(t, 200, status)
		_, _, err = v.ask()
		require.True(t, connectionLost(err), "%v", err)
	}
	require.Equal(t, 3, v.issued())
}

// At 60 calls a second a vendor allows 3 at once, which is 100 ms each, and 20 in a second.
func TestLimits(t *testing.T) {
	for name, c := range map[string]struct {
		fault Fault
		want  map[int]int
	}{
		"at once":        {LimitAtOnce, map[int]int{200: 3, 403: 27}},
		"in a second":    {LimitRate, map[int]int{200: 20, 429: 10}},
		"to 7":           {LimitTo(7), map[int]int{200: 7, 429: 23}},
		"one in 15":      {Every(15, map[string]string{First: "status=503"}), map[int]int{200: 28, 503: 2}},
		"a share of 0":   {Sometimes(0, nil), map[int]int{200: 30}},
		"a share of all": {Sometimes(1, map[string]string{First: "status=503"}), map[int]int{503: 30}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				accepted := sandbox.NewCredentials(map[string]string{Credentials()[0].Key: Credentials()[0].Secret})
				v := &Vendor{name: First, rate: 60, takes: UsualDelay, random: newRandom, standIn: sandbox.NewMegvii(sandbox.Options{Credentials: accepted})}
				end, err := c.fault(v)
				require.NoError(t, err)
				for range 2 {
					require.Equal(t, c.want, askAtOnce(v, 30))
					time.Sleep(time.Second)
				}
				end()
				require.Equal(t, map[int]int{200: 30}, askAtOnce(v, 30))
			})
		})
	}
}

func newRandom(string) *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

// askAtOnce makes n requests at one time and counts the answers by status.
func askAtOnce(v *Vendor, n int) map[int]int {
	form := url.Values{"api_key": {Credentials()[0].Key}, "api_secret": {Credentials()[0].Secret}}.Encode()
	answers := make([]*httptest.ResponseRecorder, n)
	var all sync.WaitGroup
	for i := range answers {
		answers[i] = httptest.NewRecorder()
		request := httptest.NewRequest(http.MethodPost, "/faceid/lite/raw/get_random_number", strings.NewReader(form))
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		all.Go(func() { (*v.handler.Load()).ServeHTTP(answers[i], request) })
	}
	all.Wait()
	statuses := map[int]int{}
	for _, a := range answers {
		statuses[a.Code]++
	}
	return statuses
}

// header makes a request and returns the header of the answer.
func (v *visit) header(t *testing.T) http.Header {
	t.Helper()
	response, err := v.client.PostForm(v.url+"/faceid/lite/raw/get_random_number", url.Values{
		"api_key": {Credentials()[0].Key}, "api_secret": {Credentials()[0].Secret}, "biz_no": {"order-1"},
	})
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	return response.Header
}

// A Retry-After ends when the first one's does, in either form.
func TestRetryAfter(t *testing.T) {
	for name, c := range map[string]struct {
		form func(time.Duration) string
		read func(string) (time.Duration, error)
	}{
		"seconds": {AsSeconds, func(text string) (time.Duration, error) { return time.ParseDuration(text + "s") }},
		"date": {AsDate, func(text string) (time.Duration, error) {
			at, err := http.ParseTime(text)
			return time.Until(at), err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			v := open(t, false)
			_, err := RetryAfter(c.form, map[string]string{First: "status=503"})(v.Vendor)
			require.NoError(t, err)
			began := time.Now()
			for range 2 {
				rest, err := c.read(v.header(t).Get("Retry-After"))
				require.NoError(t, err)
				require.LessOrEqual(t, rest, Rest+time.Second)
				require.GreaterOrEqual(t, rest, Rest-time.Since(began)-2*time.Second)
			}
		})
	}
}

// The Date is off, or the clock for signatures alone.
func TestClocks(t *testing.T) {
	for name, c := range map[string]struct {
		fault Fault
		off   time.Duration
	}{"Date": {ShiftDate(-time.Hour), -time.Hour}, "signatures": {ShiftSignatures(time.Hour), 0}} {
		t.Run(name, func(t *testing.T) {
			v := open(t, false)
			_, err := c.fault(v.Vendor)
			require.NoError(t, err)
			at, err := http.ParseTime(v.header(t).Get("Date"))
			require.NoError(t, err)
			require.WithinDuration(t, time.Now().Add(c.off), at, patience)
		})
	}
}
