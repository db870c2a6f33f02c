// Package samples runs a vendor's sample answers, the cases of testdata/answers.json, through its
// adapter. It knows what a case wants, and no vendor.
package samples

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/providertest"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// sample is one case: what the vendor answers, and what must come of it.
type sample struct {
	ID          string
	Product     string
	HTTPStatus  int    `json:"http_status"`
	ContentType string `json:"content_type"`
	Header      map[string]string
	Body        string
	// SubjectID is that of the request, where the answer repeats it.
	SubjectID string `json:"subject_id"`
	Want      want
}

type want struct {
	Token            string
	SessionID        string            `json:"session_id"`
	ClientURL        string            `json:"client_url"`
	ClientParameters map[string]string `json:"client_parameters"`
	LifetimeS        int64             `json:"lifetime_s"`
	ExpireTime       int64             `json:"expire_time"`
	ExpirySource     string            `json:"expiry_source"`
	SingleUse        *bool             `json:"single_use"`

	Reason    providers.Reason
	ReasonAny []providers.Reason `json:"reason_any"`
	Field     providers.Path
	HTTP      int
}

var expirySources = map[string]providers.ExpirySource{
	"VENDOR_STATED":      providers.VendorStated,
	"REQUESTED":          providers.Requested,
	"DOCUMENTED_DEFAULT": providers.DocumentedDefault,
}

// Run runs the n cases of a file. A case in which the vendor issues a token is the answer to its
// product's Minimal, one that names a field of the caller's that to an example with it, and any other
// that to Full.
func Run(t *testing.T, file string, n int, products ...providertest.Product) {
	t.Helper()
	content, err := os.ReadFile(file) //nolint:gosec // of the test that calls
	require.NoError(t, err)
	var all []sample
	require.NoError(t, json.Unmarshal(content, &all))
	require.Len(t, all, n)
	for _, s := range all {
		t.Run(s.ID, func(t *testing.T) {
			i := slices.IndexFunc(products, func(p providertest.Product) bool { return p.ID == s.Product })
			require.GreaterOrEqual(t, i, 0, "no such product: %s", s.Product)
			s.run(t, products[i])
		})
	}
}

// RoundTrip answers as the case says.
func (s *sample) RoundTrip(r *http.Request) (*http.Response, error) {
	header := http.Header{"Content-Type": {s.ContentType}}
	for name, value := range s.Header {
		header.Set(name, value)
	}
	return &http.Response{StatusCode: s.HTTPStatus, Header: header, Body: io.NopCloser(strings.NewReader(s.Body))}, r.Body.Close()
}

func (s *sample) run(t *testing.T, p providertest.Product) {
	t.Helper()
	example := s.example(p)
	call := providertest.Call(example)
	if s.SubjectID != "" {
		request := *example.Request
		request.SubjectID = sensitive.New(s.SubjectID)
		call.Request = &request
	}
	if s.Want.ExpireTime != 0 { // the sample is of that time
		call.Now = time.Unix(s.Want.ExpireTime, 0).Add(-10 * time.Minute)
	}
	token, err := p.Open(s, example).Issue(t.Context(), call)
	if s.refuses() {
		var failure *providers.Error
		require.ErrorAs(t, err, &failure)
		s.requireFailure(t, failure)
		return
	}
	require.NoError(t, err)
	s.requireToken(t, token, call.Now)
	if s.Want.SingleUse != nil {
		require.Equal(t, *s.Want.SingleUse, p.Provider.Product(p.ID).Use == providers.SingleUse)
	}
}

// example returns what the case is an answer to.
func (s *sample) example(p providertest.Product) providertest.Example {
	if !s.refuses() {
		return p.Minimal
	}
	for _, e := range slices.Concat([]providertest.Example{p.Full}, slices.Collect(maps.Values(p.Others))) {
		for field := range e.Request.Asks().Each {
			if s.Want.Field != "" && strings.HasPrefix(string(s.Want.Field), field.String()) {
				return e
			}
		}
	}
	return p.Full
}

func (s *sample) refuses() bool { return s.Want.Reason != "" || len(s.Want.ReasonAny) > 0 }

func (s *sample) requireFailure(t *testing.T, failure *providers.Error) {
	t.Helper()
	require.Contains(t, append(s.Want.ReasonAny, s.Want.Reason), failure.Reason)
	require.Equal(t, s.HTTPStatus, failure.Exchange.HTTPStatus)
	if s.Want.HTTP == http.StatusBadGateway {
		require.False(t, failure.CallersFault())
	}
	if s.Want.Field == "" {
		require.Empty(t, failure.Violations)
		return
	}
	require.Len(t, failure.Violations, 1)
	require.Equal(t, s.Want.Field, failure.Violations[0].Path)
}

func (s *sample) requireToken(t *testing.T, token *providers.Token, now time.Time) {
	t.Helper()
	require.Equal(t, s.Want.Token, token.Value.Reveal())
	require.Equal(t, s.Want.SessionID, token.SessionID.Reveal())
	require.Equal(t, s.Want.ClientURL, token.Client.URL.Reveal())
	if s.Want.ClientParameters != nil {
		require.Equal(t, s.Want.ClientParameters, revealed(token.Client.Parameters))
	}
	require.Equal(t, expirySources[s.Want.ExpirySource], token.Expiry.Source)
	if s.Want.LifetimeS != 0 {
		require.Equal(t, now.Add(time.Duration(s.Want.LifetimeS)*time.Second), token.Expiry.Time)
	}
	if s.Want.ExpireTime != 0 {
		require.Equal(t, s.Want.ExpireTime, token.Expiry.Time.Unix())
	}
}

func revealed(parameters map[string]sensitive.String) map[string]string {
	plain := make(map[string]string)
	for name, value := range parameters {
		plain[name] = value.Reveal()
	}
	return plain
}
