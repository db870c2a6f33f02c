package linkface

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
)

// answer is one entry of testdata/answers.json: what the vendor answers, and what
// must come of it.
type answer struct {
	ID         string
	Product    string
	HTTPStatus int `json:"http_status"`
	Body       string
	Want       struct {
		Token        string
		LifetimeS    int64 `json:"lifetime_s"`
		Billed       string
		ExpirySource string `json:"expiry_source"`
		Reason       providers.Reason
	}
}

func TestAnswers(t *testing.T) {
	content, err := os.ReadFile("testdata/answers.json")
	require.NoError(t, err)
	var answers []answer
	require.NoError(t, json.Unmarshal(content, &answers))
	require.Len(t, answers, 4)
	for _, a := range answers {
		t.Run(a.ID, func(t *testing.T) {
			require.Equal(t, app.ID, a.Product)
			v := newVendor(t, a.HTTPStatus, a.Body)
			if a.Want.Reason != "" {
				failure := v.refuse(t)
				require.Equal(t, a.Want.Reason, failure.Reason)
				require.Equal(t, providers.BilledNo, failure.Exchange.Billed)
				require.Equal(t, "TID2af751b4bff24be781d60af10bf84101", failure.Exchange.RequestID)
				require.False(t, failure.Ambiguous)
				return
			}
			token, err := v.issue(t, plain())
			require.NoError(t, err)
			require.Equal(t, a.Want.Token, token.Value.Reveal())
			require.Equal(t, a.Want.Billed, token.Exchange.Billed.String())
			require.Equal(t, "DOCUMENTED_DEFAULT", a.Want.ExpirySource)
			require.Equal(t, providers.Expiry{
				Time: now.Add(time.Duration(a.Want.LifetimeS) * time.Second), Source: providers.DocumentedDefault,
			}, token.Expiry)
		})
	}
}
