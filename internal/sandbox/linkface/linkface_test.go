package linkface_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/sandbox"
	"github.com/liveness-gateway/gateway/internal/sandbox/requests"
	"github.com/liveness-gateway/gateway/internal/sandbox/samples"
)

// signedAt signs a Linkface request for a time.
func signedAt(timestamp string) requests.Edit {
	return samples.LinkfaceSigned(sandbox.DemoLinkfaceAPIID, sandbox.DemoLinkfaceAPISecret, timestamp)
}

func upperSign(r *requests.Request) {
	for i, f := range r.Fields {
		if f.Name == "sign" {
			r.Fields[i].Text = strings.ToUpper(f.Text)
		}
	}
}

func TestLinkface(t *testing.T) {
	badSign, notUTF8, badArgument := samples.LinkfaceFailed("1000"), samples.LinkfaceFailed("1001"), samples.LinkfaceFailed("1002")

	requests.Run(t, samples.Linkface, samples.LinkfaceApp(), []step{
		{"issued", nil, 200, samples.LinkfaceIssued},
		{"id card", []requests.Edit{requests.Set("detection_type", "idcard_ocr")}, 200, samples.LinkfaceIssued},
		{"bank card", []requests.Edit{requests.Set("detection_type", "bankcard_ocr")}, 200, samples.LinkfaceIssued},
		{"seconds", []requests.Edit{signedAt("1700000000")}, 200, samples.LinkfaceIssued},
		{"unknown parameter is ignored", []requests.Edit{requests.Set("colour", "blue")}, 200, samples.LinkfaceIssued},
		{"no sequence_id", []requests.Edit{requests.At(samples.LinkfacePath + "?api_id=" + sandbox.DemoLinkfaceAPIID)}, 200, badArgument},
		{"sequence_id in the body", []requests.Edit{requests.At(samples.LinkfacePath + "?api_id=" + sandbox.DemoLinkfaceAPIID), requests.Set("sequence_id", "1")}, 200, badArgument},
		{"sequence_id not UTF-8", []requests.Edit{requests.At(samples.LinkfacePath + "?sequence_id=%FF&api_id=" + sandbox.DemoLinkfaceAPIID)}, 200, notUTF8},
		{"sequence_id empty", []requests.Edit{requests.At(samples.LinkfacePath + "?sequence_id=&api_id=" + sandbox.DemoLinkfaceAPIID)}, 200, badArgument},
		{"sequence_id badly escaped", []requests.Edit{requests.At(samples.LinkfacePath + "?sequence_id=%zz&api_id=" + sandbox.DemoLinkfaceAPIID)}, 200, badArgument},
		{"api_id not UTF-8", []requests.Edit{requests.At(samples.LinkfacePath + "?sequence_id=1&api_id=%C3%28")}, 200, notUTF8},
		{"no api_id", []requests.Edit{requests.At(samples.LinkfacePath + "?sequence_id=1")}, 200, badArgument},
		{"api_id in the body", []requests.Edit{requests.At(samples.LinkfacePath + "?sequence_id=1"), requests.Set("api_id", sandbox.DemoLinkfaceAPIID)}, 200, badArgument},
		{"unknown api_id", []requests.Edit{requests.At(samples.LinkfacePath + "?sequence_id=1&api_id=other")}, 200, badSign},
		{"unknown api_id with no secret", []requests.Edit{requests.At(samples.LinkfacePath + "?sequence_id=1&api_id=other"), samples.LinkfaceSigned("other", "", "1700000000000")}, 200, badSign},
		{"no detection_type", []requests.Edit{requests.Drop("detection_type")}, 200, badArgument},
		{"detection_type outside its values", []requests.Edit{requests.Set("detection_type", "face")}, 200, badArgument},
		{"detection_type in capitals", []requests.Edit{requests.Set("detection_type", "LIVENESS")}, 200, badArgument},
		{"detection_type not UTF-8", []requests.Edit{requests.Set("detection_type", "\xff")}, 200, notUTF8},
		{"detection_type in the query", []requests.Edit{requests.At(samples.LinkfacePath + samples.LinkfaceQuery + "&detection_type=liveness"), requests.Drop("detection_type")}, 200, badArgument},
		{"no timestamp", []requests.Edit{requests.Drop("timestamp")}, 200, badArgument},
		{"timestamp no number", []requests.Edit{signedAt("now")}, 200, badArgument},
		{"timestamp in microseconds", []requests.Edit{signedAt("1700000000000000")}, 200, badArgument},
		{"timestamp of a negative time", []requests.Edit{signedAt("-170000000")}, 200, badArgument},
		{"no sign", []requests.Edit{requests.Drop("sign")}, 200, badArgument},
		{"wrong sign", []requests.Edit{requests.Set("sign", strings.Repeat("0", 64))}, 200, badSign},
		{"sign of another timestamp", []requests.Edit{requests.Set("timestamp", "1700000000001")}, 200, badSign},
		{"sign in capitals", []requests.Edit{upperSign}, 200, badSign},
		{"oldest timestamp", []requests.Edit{signedAt("1699999700000")}, 200, samples.LinkfaceIssued},
		{"timestamp too old", []requests.Edit{signedAt("1699999699999")}, 200, badSign},
		{"timestamp too new", []requests.Edit{signedAt("1700000301")}, 200, badSign},
		{"sign before parameters", []requests.Edit{requests.Set("sign", "0"), requests.Drop("detection_type")}, 200, badSign},
		{"other path", []requests.Edit{requests.At("/v2/sdk/liveness_auth")}, 404, `{"request_id":"TID` + samples.Hex + `","status":"NOT_FOUND","reason":"not found"}`},
	})
}

func TestLinkfaceSignatureVectors(t *testing.T) {
	o := samples.Options()
	o.Credentials = sandbox.NewCredentials(map[string]string{"test_api_id": "test_api_secret"})
	server := requests.Serve(t, sandbox.NewLinkface(o))
	for timestamp, sign := range map[string]string{
		"1700000000000": "7ac7e0f690be21fe4bbfe4126d6b6fc2f3abd8fbad6b9cd20a10c151a3d87350",
		"1700000000":    "b79b22447da38e117cc80ad5559767fe6cc2b68ef662fa8b32ec23057d14a9b1",
	} {
		got := requests.Post(t, server, samples.LinkfaceApp().Edited(
			requests.At(samples.LinkfacePath+"?sequence_id=1&api_id=test_api_id"), requests.Set("timestamp", timestamp), requests.Set("sign", sign)))
		require.Equal(t, samples.LinkfaceIssued+"\n", got.Body, timestamp)
	}
}

func TestLinkfaceTransport(t *testing.T) {
	server := requests.Serve(t, samples.Linkface())
	path := samples.LinkfacePath + samples.LinkfaceQuery

	got := requests.Send(t, server, http.MethodGet, path, "", nil)
	require.Equal(t, 404, got.Status)
	require.Equal(t, `{"request_id":"TID`+samples.Hex+`","status":"NOT_FOUND","reason":"not found"}`+"\n", got.Body)

	got = requests.Send(t, server, http.MethodPost, path, "application/x-www-form-urlencoded", []byte("detection_type=liveness&timestamp=1"))
	require.Equal(t, 200, got.Status)
	require.Equal(t, samples.LinkfaceFailed("1002")+"\n", got.Body)
	require.Equal(t, time.Unix(samples.ServerTime, 0).UTC().Format(http.TimeFormat), got.Header.Get("Date"))

	o := samples.Options()
	o.Rand = samples.BrokenRand{}
	got = requests.Post(t, requests.Serve(t, sandbox.NewLinkface(o)), samples.LinkfaceApp())
	require.Equal(t, 200, got.Status)
	require.Contains(t, got.Body, `"code":"9999","msg":"其他错误","charge":2}`)
}
