package megvii

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
)

// answer is one entry of testdata/answers.json: what the vendor answers, and what
// must come of it.
type answer struct {
	ID          string
	Product     string
	HTTPStatus  int    `json:"http_status"`
	ContentType string `json:"content_type"`
	Body        string
	Want        struct {
		Token, Digits string
		SessionID     string `json:"session_id"`
		ClientURLPath string `json:"client_url_path"`
		LifetimeS     int64  `json:"lifetime_s"`
		ExpireTime    int64  `json:"expire_time"`
		ExpirySource  string `json:"expiry_source"`
		SingleUse     bool   `json:"single_use"`
		Reason        providers.Reason
		Field         providers.Path
		HTTP          int
	}
}

var expirySources = map[string]providers.ExpirySource{
	"VENDOR_STATED":      providers.VendorStated,
	"REQUESTED":          providers.Requested,
	"DOCUMENTED_DEFAULT": providers.DocumentedDefault,
}

func TestAnswers(t *testing.T) {
	content, err := os.ReadFile("testdata/answers.json")
	require.NoError(t, err)
	var answers []answer
	require.NoError(t, json.Unmarshal(content, &answers))
	require.Len(t, answers, 41)
	for _, a := range answers {
		t.Run(a.ID, func(t *testing.T) {
			v := newVendor(t, a.HTTPStatus, a.Body)
			v.contentType = a.ContentType
			if a.Want.Reason != "" {
				a.checkFailure(t, v.refuse(t, a.Product, fullest(a.Product)))
				return
			}
			if a.Want.ExpireTime != 0 { // the sample is of that time
				v.now = time.Unix(a.Want.ExpireTime, 0).Add(-10 * time.Minute)
			}
			token, err := v.issue(t, a.Product, parametersFor(a.Product), smallest(a.Product))
			require.NoError(t, err)
			a.checkToken(t, token)
		})
	}
}

func (a *answer) checkFailure(t *testing.T, failure *providers.Error) {
	t.Helper()
	require.Equal(t, a.Want.Reason, failure.Reason)
	require.Equal(t, a.HTTPStatus, failure.Exchange.HTTPStatus)
	require.False(t, failure.Ambiguous)
	if a.Want.HTTP == 502 {
		require.False(t, failure.CallersFault())
	}
	if a.Want.Field == "" {
		require.Empty(t, failure.Violations)
		return
	}
	require.Len(t, failure.Violations, 1)
	require.Equal(t, a.Want.Field, failure.Violations[0].Path)
	require.True(t, failure.CallersFault())
}

func (a *answer) checkToken(t *testing.T, token *providers.Token) {
	t.Helper()
	require.Equal(t, a.Want.Token, token.Value.Reveal())
	require.Equal(t, a.Want.Digits, token.Client.Digits.Reveal())
	if a.Want.SessionID != "" {
		require.Equal(t, a.Want.SessionID, token.SessionID.Reveal())
	}
	require.True(t, strings.HasSuffix(token.Client.URL.Reveal(), a.Want.ClientURLPath))
	require.Equal(t, expirySources[a.Want.ExpirySource], token.Expiry.Source)
	require.Equal(t, a.Want.SingleUse, Provider().Product(a.Product).Use == providers.SingleUse)
	if a.Want.LifetimeS != 0 {
		require.Equal(t, now.Add(time.Duration(a.Want.LifetimeS)*time.Second), token.Expiry.Time)
	}
	if a.Want.ExpireTime != 0 {
		require.Equal(t, a.Want.ExpireTime, token.Expiry.Time.Unix())
	}
}
