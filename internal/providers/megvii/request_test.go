package megvii

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// with returns r after the changes.
func with(r *providers.Request, change func(*providers.Request)) *providers.Request {
	change(r)
	return r
}

// Every parameter of the documents is reachable, and known where a refusal names it.
func TestEveryDocumentedParameterIsSent(t *testing.T) {
	sent := make(map[string]bool)
	for product, parameters := range map[string]map[string]string{
		randomNumber.ID: nil,
		pcWeb.ID:        {paramSceneID: "scene-1"},
		appV5.ID:        {paramLivenessID: "live-1"},
		h5Flash.ID:      {paramLivenessPreferences: "none"},
	} {
		v := newVendor(t, 403, `{"error_message":"INTERNAL_ERROR"}`)
		_, err := v.issue(t, product, parameters, fullest(product))
		require.Error(t, err)
		for _, p := range v.parts {
			sent[p.Name] = true
		}
	}
	require.Len(t, sent, len(documentedParameters))
	for _, name := range documentedParameters {
		require.True(t, sent[name], name)
	}
}

// The page is below the account's path prefix, and the token is escaped.
func TestPageOfTheAccount(t *testing.T) {
	v := newVendor(t, 200, `{"token":"a/b+c?","expired_time":1700000600}`)
	token, err := v.open("/finauth").NewTarget(pcWeb.ID, nil).
		Issue(t.Context(), providers.Call{Request: smallest(pcWeb.ID), Now: now})
	require.NoError(t, err)
	require.Equal(t, v.base.String()+"/finauth/liveness/v2/do?token=a%2Fb%2Bc%3F", token.Client.URL.Reveal())
}

// Everything but the photos of the largest h5-flash request fits into the room
// that its limit leaves.
func TestParameterBytes(t *testing.T) {
	v := newVendor(t, 200, `{"token":"t"}`)
	r := fullest(h5Flash.ID)
	r.SubjectID = sensitive.New(string(make([]byte, 512)))
	r.Reference = string(make([]byte, 128))
	r.TokenLifetime = 1440 * time.Minute
	_, err := v.issue(t, h5Flash.ID, map[string]string{"liveness_preferences": "none"}, r)
	require.NoError(t, err)
	require.Less(t, v.length-int64(r.PhotoBytes()), int64(parameterBytes/2))
}
