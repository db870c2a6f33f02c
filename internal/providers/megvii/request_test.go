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
	send := func(product string, r *providers.Request, parameters map[string]string) {
		v := newVendor(t, 403, `{"error_message":"INTERNAL_ERROR"}`)
		_, err := v.issue(t, product, parameters, r)
		require.Error(t, err)
		for _, p := range v.parts {
			sent[p.Name] = true
		}
	}
	asking := with(fullest(litePage.ID), func(r *providers.Request) { r.IdentityDocument, r.Photos = nil, nil })
	send(randomNumber.ID, fullest(randomNumber.ID), nil)
	send(pcWeb.ID, fullest(pcWeb.ID), map[string]string{paramSceneID: "scene-1"})
	send(litePage.ID, asking, map[string]string{
		paramWebTitle: "t", paramProcedureType: "video", paramProcedurePriority: "keep", paramGetShootingError: "1",
		paramMaximumShootingTime: "10", paramIDCardMode: "1", paramIDCardUneditableField: "idcard_name", paramFMPMode: "0",
	})
	send(appV3.ID, fullest(appV3.ID), map[string]string{
		paramLivenessType: "still", paramLivenessTimeout: "5", paramLivenessActionCount: "1", paramEyesCloseDetection: "1",
		paramVerbose: "1", paramSecurityLevel: "4", paramForceCompare: "1",
	})
	send(appV5.ID, fullest(appV5.ID), map[string]string{paramLivenessID: "live-1"})
	send(h5Flash.ID, fullest(h5Flash.ID), map[string]string{paramLivenessPreferences: "none"})
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
