package megvii

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
)

const requestID = "1490024799,225715ed-9871-478c-aabb-ec19542593cf"

func TestTokens(t *testing.T) {
	tests := map[string]struct {
		product string
		body    string
		token   string
		session string
		digits  string
		expiry  providers.Expiry
	}{
		"random-number keeps a leading zero": {
			product: randomNumber.ID,
			body:    `{"token_random_number":"t","random_number":"0167"}`,
			token:   "t", digits: "0167",
			expiry: providers.Expiry{Time: now.Add(24 * time.Hour), Source: providers.DocumentedDefault},
		},
		"random-number as a JSON number": {
			product: randomNumber.ID,
			body:    `{"token_random_number":"t","random_number":3167}`,
			token:   "t", digits: "3167",
			expiry: providers.Expiry{Time: now.Add(24 * time.Hour), Source: providers.DocumentedDefault},
		},
		"random-number with more than its document says": {
			product: randomNumber.ID,
			body:    `{"token_random_number":"t","random_number":"3167","biz_id":"b","expired_time":"1700000600","new":[{}]}`,
			token:   "t", digits: "3167", session: "b",
			expiry: providers.Expiry{Time: now.Add(10 * time.Minute), Source: providers.VendorStated},
		},
		"pc-web that states no time": {
			product: pcWeb.ID,
			body:    `{"token":"t","error_message":null,"error":""}`,
			token:   "t",
		},
		"pc-web whose biz_id is the token": {
			product: pcWeb.ID,
			body:    `{"token":"t","biz_id":"t","expired_time":1700003600}`,
			token:   "t",
			expiry:  providers.Expiry{Time: now.Add(time.Hour), Source: providers.VendorStated},
		},
		"app-v5 is asked for by its token": {
			product: appV5.ID,
			body:    `{"biz_token":"1531397038,f0b9","biz_id":"b","token":"other"}`,
			token:   "1531397038,f0b9",
			expiry:  providers.Expiry{Time: now.Add(time.Hour), Source: providers.DocumentedDefault},
		},
		"app-v5 that states a time": {
			product: appV5.ID,
			body:    `{"biz_token":"t","expired_time":1700000600}`,
			token:   "t",
			expiry:  providers.Expiry{Time: now.Add(10 * time.Minute), Source: providers.VendorStated},
		},
		"h5-flash, lifetime of the fullest request": {
			product: h5Flash.ID,
			body:    `{"token":"t","biz_id":"b"}`,
			token:   "t", session: "b",
			expiry: providers.Expiry{Time: now.Add(10 * time.Minute), Source: providers.Requested},
		},
		"h5-flash that states a time": {
			product: h5Flash.ID,
			body:    `{"token":"t","biz_id":"not one","expired_time":1700003000}`,
			token:   "t",
			expiry:  providers.Expiry{Time: now.Add(50 * time.Minute), Source: providers.VendorStated},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			token, err := newVendor(t, 200, test.body).issue(t, test.product, parametersFor(test.product), fullest(test.product))
			require.NoError(t, err)
			require.Equal(t, test.token, token.Value.Reveal())
			require.Equal(t, test.session, token.SessionID.Reveal())
			require.Equal(t, test.digits, token.Client.Digits.Reveal())
			require.Equal(t, test.expiry, token.Expiry)
			require.Empty(t, token.Reference)
		})
	}
}

// A time that is none, or none that a token can have, is as good as none: where the document
// knows a lifetime, that holds.
func TestExpiryThatIsNone(t *testing.T) {
	for _, stated := range []string{
		`600`, `"600"`, `0`, `1`, `-1700000600`, `1700000600000`, `"1700000600000"`, `1700000600000000`, `1700000600.5`, `1.7000006e9`,
		`"1700000600.0"`, `"2023-11-14T22:23:20Z"`, `"2023-11-14 22:23:20"`, `"Tue, 14 Nov 2023 22:23:20 GMT"`, `""`, `" "`, `"soon"`, `null`, `true`, `false`,
		`{}`, `[1700000600]`, `{"seconds":1700000600}`, `1699999999`, `99999999999999999999999`, `253402300800`, `9223372036854775807`, `"0x655bf258"`, `"+1700000600x"`,
	} {
		for product, want := range map[string]providers.Expiry{
			appV5.ID: {Time: now.Add(time.Hour), Source: providers.DocumentedDefault},
			pcWeb.ID: {},
		} {
			v := newVendor(t, 200, `{"token":"t","biz_token":"t","expired_time":`+stated+`}`)
			token, err := v.issue(t, product, parametersFor(product), smallest(product))
			require.NoError(t, err, stated)
			require.Equal(t, want, token.Expiry, "%s of %s", stated, product)
		}
	}
}

func TestWhatTheClientNeeds(t *testing.T) {
	v := newVendor(t, 200, `{"token":"t","biz_token":"t","time_used":34,"request_id":"`+requestID+`"}`)

	token, err := v.issue(t, appV5.ID, parametersFor(appV5.ID), smallest(appV5.ID))
	require.NoError(t, err)
	require.Equal(t, v.base.String(), token.Client.Endpoint)
	require.Empty(t, token.Exchange.Reference)

	token, err = v.issue(t, pcWeb.ID, nil, smallest(pcWeb.ID))
	require.NoError(t, err)
	require.Equal(t, v.base.String()+"/faceid/liveness/v2/do?token=t", token.Client.URL.Reveal())
	require.Equal(t, testBizNo, token.Reference)
	require.Equal(t, testBizNo, token.Exchange.Reference)
	require.Equal(t, requestID, token.Exchange.RequestID)
	require.Equal(t, 34*time.Millisecond, token.Exchange.ProcessingTime)
}

func TestAnswersWithoutACode(t *testing.T) {
	tests := map[string]struct {
		product   string
		status    int
		body      string
		reason    providers.Reason
		ambiguous bool
	}{
		"no token":                 {pcWeb.ID, 200, `{"request_id":"r"}`, providers.VendorResponseInvalid, true},
		"another product's token":  {appV5.ID, 200, `{"token":"t"}`, providers.VendorResponseInvalid, true},
		"empty token":              {h5Flash.ID, 200, `{"token":""}`, providers.VendorResponseInvalid, true},
		"token of another type":    {h5Flash.ID, 200, `{"token":{}}`, providers.VendorResponseInvalid, true},
		"no digits":                {randomNumber.ID, 200, `{"token_random_number":"t"}`, providers.VendorResponseInvalid, true},
		"three digits":             {randomNumber.ID, 200, `{"token_random_number":"t","random_number":167}`, providers.VendorResponseInvalid, true},
		"five digits":              {randomNumber.ID, 200, `{"token_random_number":"t","random_number":"31670"}`, providers.VendorResponseInvalid, true},
		"digits that are none":     {randomNumber.ID, 200, `{"token_random_number":"t","random_number":"3l67"}`, providers.VendorResponseInvalid, true},
		"digits without a token":   {randomNumber.ID, 200, `{"random_number":"3167"}`, providers.VendorResponseInvalid, true},
		"broken body":              {pcWeb.ID, 200, `{"token":"t"`, providers.VendorResponseInvalid, true},
		"the document's own comma": {randomNumber.ID, 403, `{"error_message":"AUTHENTICATION_ERROR","request_id":"r""}`, providers.VendorErrorUnrecognized, false},
		"a list":                   {pcWeb.ID, 200, `[]`, providers.VendorResponseInvalid, true},
		"redirect":                 {pcWeb.ID, 302, `{"token":"t"}`, providers.VendorResponseInvalid, true},
		"token under 403":          {pcWeb.ID, 403, `{"token":"t"}`, providers.VendorErrorUnrecognized, false},
		"404":                      {appV5.ID, 404, `<html>`, providers.VendorEndpointNotFound, false},
		"413 of a proxy":           {h5Flash.ID, 413, `<html>`, providers.RequestTooLarge, false},
		"429":                      {appV5.ID, 429, ``, providers.VendorRateLimited, false},
		"502":                      {appV5.ID, 502, `<html>`, providers.VendorInternalError, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			failure := newVendor(t, test.status, test.body).refuse(t, test.product, fullest(test.product))
			require.Equal(t, test.reason, failure.Reason)
			require.Equal(t, test.ambiguous, failure.Ambiguous)
			require.Empty(t, failure.Exchange.Code)
			require.Empty(t, failure.Violations)
		})
	}
}
