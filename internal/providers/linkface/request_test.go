package linkface

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

const success = `{"code":"0000","data":{"token":"t"}}`

func TestRequest(t *testing.T) {
	full := providers.Request{SubjectID: sensitive.New("user-1"), Reference: "order-1", Detection: providers.DetectBankCard}
	tests := map[string]struct {
		request   providers.Request
		detection string
	}{
		"nothing asked": {providers.Request{}, "liveness"},
		"id card":       {providers.Request{Detection: providers.DetectIDCard}, "idcard_ocr"},
		"bank card":     {providers.Request{Detection: providers.DetectBankCard}, "bankcard_ocr"},
		"with identity, for which there is no place": {full, "bankcard_ocr"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			v := newVendor(t, http.StatusOK, success)
			token, err := v.issue(t, providers.Call{Request: &test.request, Credential: 1, Now: now})
			require.NoError(t, err)
			require.Equal(t, 1, v.calls)
			require.Equal(t, "/v2/sdk/get_token?sequence_id="+testSequenceID+"&api_id=test_api_id", v.uri)
			want := []part{
				{"detection_type", test.detection, ""}, {"timestamp", "1700000000000", ""}, {"sign", testSign, ""},
			}
			if diff := cmp.Diff(want, v.parts); diff != "" {
				t.Errorf("parameters (-want +got):\n%s", diff)
			}
			require.Equal(t, testSequenceID, token.Exchange.Reference)
		})
	}
}

func TestAccountOfTheCall(t *testing.T) {
	v := newVendor(t, http.StatusOK, success)
	v.config.PathPrefix = "/behind/proxy"
	call := plain()
	call.Credential = 0
	_, err := v.issue(t, call)
	require.NoError(t, err)
	require.Equal(t,
		"/behind/proxy/v2/sdk/get_token?sequence_id="+testSequenceID+"&api_id=other%2Bid%2F%26%3D%25", v.uri)
	// The SHA-256 of "other+id/&=%" + "other_secret" + "1700000000000".
	require.Equal(t, part{"sign", "c93e53f33a42c7233a2f49115b8c6255e7898ee9d1313ceb2d903f3bee4e7f7a", ""}, v.parts[2])
}

// A failed call shows its sequence_id too: the vendor finds its log by it.
func TestSequenceIDIsFreshForEachAttempt(t *testing.T) {
	v := newVendor(t, http.StatusServiceUnavailable, "")
	next := byte(0)
	v.config.Random = func(p []byte) {
		for i := range p {
			next++
			p[i] = next
		}
	}
	target := Provider().Open(v.config).NewTarget(app.ID, nil)
	seen := map[string]bool{}
	for range 3 {
		_, err := target.Issue(t.Context(), plain())
		var failure *providers.Error
		require.ErrorAs(t, err, &failure)
		reference := failure.Exchange.Reference
		require.Len(t, reference, 64)
		require.Contains(t, v.uri, "?sequence_id="+reference+"&")
		seen[reference] = true
	}
	require.Len(t, seen, 3)
}

func TestProvider(t *testing.T) {
	p := Provider()
	require.Equal(t, "linkface", p.Name)
	require.Empty(t, p.PathPrefix)
	require.Equal(t, []string{"api_id", "api_secret"}, p.CredentialKeys)
	product := p.Product("linkface.app")
	require.Equal(t, []providers.Flow{providers.FlowAppSDK}, product.Flows)
	require.Equal(t, providers.FieldSet(providers.FieldDetection), product.Honours)
	require.Empty(t, product.Needs)
	require.Empty(t, product.Limits)
	require.Empty(t, product.Parameters)
	require.Equal(t, providers.UseNotStated, product.Use)
}
