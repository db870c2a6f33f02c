package linkface

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
)

func TestTokens(t *testing.T) {
	const usual = `"data":{"token":"t"}`
	tests := map[string]struct {
		status    int
		body      string
		requestID string
		billed    providers.Billed
	}{
		"everything":              {200, `{"request_id":"TID1","code":"0000","msg":"m","charge":1,` + usual + `}`, "TID1", providers.BilledYes},
		"not billed":              {200, `{"code":"0000","charge":2,` + usual + `}`, "", providers.BilledNo},
		"charge as text":          {200, `{"code":"0000","charge":"1",` + usual + `}`, "", providers.BilledYes},
		"charge of another value": {200, `{"code":"0000","charge":3,` + usual + `}`, "", providers.BilledUnknown},
		"charge of another type":  {200, `{"code":"0000","charge":{},` + usual + `}`, "", providers.BilledUnknown},
		"request id as number":    {200, `{"request_id":7,"code":"0000",` + usual + `}`, "", providers.BilledUnknown},
		"code with blanks":        {200, `{"code":" 0000 ",` + usual + `}`, "", providers.BilledUnknown},
		"no code":                 {200, `{` + usual + `}`, "", providers.BilledUnknown},
		"older API":               {200, `{"status":"OK",` + usual + `}`, "", providers.BilledUnknown},
		"success under an error":  {500, `{"code":"0000",` + usual + `}`, "", providers.BilledUnknown},
		"fields of no document":   {200, `{"code":"0000","x":[{}],"data":{"token":"t","expire":9}}`, "", providers.BilledUnknown},
		"fields in another order": {200, `{` + usual + `,"code":"0000"}`, "", providers.BilledUnknown},
		"message of another type": {200, `{"code":"0000","msg":{"a":1},` + usual + `}`, "", providers.BilledUnknown},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			token, err := newVendor(t, test.status, test.body).issue(t, plain())
			require.NoError(t, err)
			require.Equal(t, "t", token.Value.Reveal())
			require.Equal(t, test.requestID, token.Exchange.RequestID)
			require.Equal(t, test.billed, token.Exchange.Billed)
			require.Equal(t, test.status, token.Exchange.HTTPStatus)
			require.Equal(t, providers.Client{}, token.Client)
			require.True(t, token.SessionID.IsZero())
			require.Empty(t, token.Reference)
			require.Empty(t, token.Exchange.Code)
		})
	}
}

// The last row is the document's own success sample, which lacks a comma: a broken
// body is never repaired.
func TestAnswersWithoutACode(t *testing.T) {
	const invalid = providers.VendorResponseInvalid
	tests := map[string]struct {
		status    int
		body      string
		reason    providers.Reason
		ambiguous bool
	}{
		"no data":                  {200, `{"code":"0000"}`, invalid, true},
		"data is text":             {200, `{"code":"0000","data":"t"}`, invalid, true},
		"data is a list":           {200, `{"code":"0000","data":[{"token":"t"}]}`, invalid, true},
		"data is null":             {200, `{"code":"0000","data":null}`, invalid, true},
		"empty token":              {200, `{"code":"0000","data":{"token":""}}`, invalid, true},
		"token is a number":        {200, `{"code":"0000","data":{"token":7}}`, invalid, true},
		"token with blanks":        {200, `{"code":"0000","data":{"token":"a b"}}`, invalid, true},
		"token in another place":   {200, `{"code":"0000","token":"t"}`, invalid, true},
		"nothing":                  {200, ``, invalid, true},
		"an empty object":          {200, `{}`, invalid, true},
		"a list":                   {200, `[]`, invalid, true},
		"HTML":                     {200, `<html>`, invalid, true},
		"redirect":                 {302, `<html>`, invalid, true},
		"token under 403, no code": {403, `{"data":{"token":"t"}}`, providers.VendorErrorUnrecognized, false},
		"bare 401":                 {401, ``, providers.VendorErrorUnrecognized, false},
		"bare 404":                 {404, `404 page not found`, providers.VendorEndpointNotFound, false},
		"bare 413":                 {413, `<html>`, providers.ArgumentRejected, false},
		"bare 429":                 {429, `{"msg":"slow down"}`, providers.VendorRateLimited, false},
		"bare 502":                 {502, `<html>`, providers.VendorInternalError, true},
		"older OK under 503":       {503, `{"status":"OK"}`, providers.VendorInternalError, true},
		"broken body under 500":    {500, `{"code":"1009"`, providers.VendorInternalError, true},
		"the document's sample": {
			200, "{\"request_id\": \"TID1\", \"code\": \"0000\", \"data\": {\"token\": \"t\"}\n  \"charge\": 2}", invalid, true,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			failure := newVendor(t, test.status, test.body).refuse(t)
			require.Equal(t, test.reason, failure.Reason)
			require.Equal(t, test.ambiguous, failure.Ambiguous)
			require.Equal(t, test.status, failure.Exchange.HTTPStatus)
			require.Equal(t, testSequenceID, failure.Exchange.Reference)
			require.Empty(t, failure.Exchange.Code)
			require.Empty(t, failure.Violations)
		})
	}
}

func TestNoAnswer(t *testing.T) {
	v := newVendor(t, http.StatusOK, success)
	v.config.BaseURL.Host = "127.0.0.1:0"
	failure := v.refuse(t)
	require.Equal(t, providers.VendorUnreachable, failure.Reason)
	require.Zero(t, failure.Exchange.HTTPStatus)
}
