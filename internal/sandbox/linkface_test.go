package sandbox_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/sandbox"
)

const (
	linkfaceIssued = `{"request_id":"TID` + token + `","code":"0000","msg":"调用成功","data":{"token":"dstj` + token + `"},"charge":2}`
	linkfacePath   = "/v2/sdk/get_token"
	linkfaceQuery  = "?sequence_id=sequence-1&api_id=" + sandbox.DemoLinkfaceAPIID
)

func linkfaceFailed(code, msg string) string {
	return `{"request_id":"TID` + token + `","code":"` + code + `","msg":"` + msg + `","charge":2}`
}

// signedAt signs a Linkface request for a time.
func signedAt(timestamp string) edit {
	return signedBy(sandbox.DemoLinkfaceAPIID, sandbox.DemoLinkfaceAPISecret, timestamp)
}

func signedBy(id, secret, timestamp string) edit {
	sum := sha256.Sum256([]byte(id + secret + timestamp))
	return func(r *request) {
		set("timestamp", timestamp)(r)
		set("sign", hex.EncodeToString(sum[:]))(r)
	}
}

func validLinkface() request {
	return request{path: linkfacePath + linkfaceQuery, fields: []field{
		{name: "detection_type", text: "liveness"},
	}}.edited(signedAt("1700000000000"))
}

func upperSign(r *request) {
	for i, f := range r.fields {
		if f.name == "sign" {
			r.fields[i].text = strings.ToUpper(f.text)
		}
	}
}

func TestLinkface(t *testing.T) {
	badSign, notUTF8, badArgument := linkfaceFailed("1000", "验签失败"), linkfaceFailed("1001", "参数非UTF-8编码"), linkfaceFailed("1002", "请求参数错误")

	runSteps(t, linkface, validLinkface(), []step{
		{"issued", nil, 200, linkfaceIssued},
		{"id card", []edit{set("detection_type", "idcard_ocr")}, 200, linkfaceIssued},
		{"bank card", []edit{set("detection_type", "bankcard_ocr")}, 200, linkfaceIssued},
		{"seconds", []edit{signedAt("1700000000")}, 200, linkfaceIssued},
		{"unknown parameter is ignored", []edit{set("colour", "blue")}, 200, linkfaceIssued},
		{"no sequence_id", []edit{at(linkfacePath + "?api_id=" + sandbox.DemoLinkfaceAPIID)}, 200, badArgument},
		{"sequence_id in the body", []edit{at(linkfacePath + "?api_id=" + sandbox.DemoLinkfaceAPIID), set("sequence_id", "1")}, 200, badArgument},
		{"sequence_id not UTF-8", []edit{at(linkfacePath + "?sequence_id=%FF&api_id=" + sandbox.DemoLinkfaceAPIID)}, 200, notUTF8},
		{"sequence_id empty", []edit{at(linkfacePath + "?sequence_id=&api_id=" + sandbox.DemoLinkfaceAPIID)}, 200, badArgument},
		{"sequence_id badly escaped", []edit{at(linkfacePath + "?sequence_id=%zz&api_id=" + sandbox.DemoLinkfaceAPIID)}, 200, badArgument},
		{"api_id not UTF-8", []edit{at(linkfacePath + "?sequence_id=1&api_id=%C3%28")}, 200, notUTF8},
		{"no api_id", []edit{at(linkfacePath + "?sequence_id=1")}, 200, badArgument},
		{"api_id in the body", []edit{at(linkfacePath + "?sequence_id=1"), set("api_id", sandbox.DemoLinkfaceAPIID)}, 200, badArgument},
		{"unknown api_id", []edit{at(linkfacePath + "?sequence_id=1&api_id=other")}, 200, badSign},
		{"unknown api_id with no secret", []edit{at(linkfacePath + "?sequence_id=1&api_id=other"), signedBy("other", "", "1700000000000")}, 200, badSign},
		{"no detection_type", []edit{drop("detection_type")}, 200, badArgument},
		{"detection_type outside its values", []edit{set("detection_type", "face")}, 200, badArgument},
		{"detection_type in capitals", []edit{set("detection_type", "LIVENESS")}, 200, badArgument},
		{"detection_type not UTF-8", []edit{set("detection_type", "\xff")}, 200, notUTF8},
		{"detection_type in the query", []edit{at(linkfacePath + linkfaceQuery + "&detection_type=liveness"), drop("detection_type")}, 200, badArgument},
		{"no timestamp", []edit{drop("timestamp")}, 200, badArgument},
		{"timestamp no number", []edit{signedAt("now")}, 200, badArgument},
		{"timestamp in microseconds", []edit{signedAt("1700000000000000")}, 200, badArgument},
		{"timestamp of a negative time", []edit{signedAt("-170000000")}, 200, badArgument},
		{"no sign", []edit{drop("sign")}, 200, badArgument},
		{"wrong sign", []edit{set("sign", strings.Repeat("0", 64))}, 200, badSign},
		{"sign of another timestamp", []edit{set("timestamp", "1700000000001")}, 200, badSign},
		{"sign in capitals", []edit{upperSign}, 200, badSign},
		{"oldest timestamp", []edit{signedAt("1699999700000")}, 200, linkfaceIssued},
		{"timestamp too old", []edit{signedAt("1699999699999")}, 200, badSign},
		{"timestamp too new", []edit{signedAt("1700000301")}, 200, badSign},
		{"sign before parameters", []edit{set("sign", "0"), drop("detection_type")}, 200, badSign},
		{"other path", []edit{at("/v2/sdk/liveness_auth")}, 404, `{"request_id":"TID` + token + `","status":"NOT_FOUND","reason":"not found"}`},
	})
}

func TestLinkfaceSignatureVectors(t *testing.T) {
	o := options()
	o.Credentials = sandbox.NewCredentials(map[string]string{"test_api_id": "test_api_secret"})
	server := serve(t, sandbox.NewLinkface(o))
	for timestamp, sign := range map[string]string{
		"1700000000000": "7ac7e0f690be21fe4bbfe4126d6b6fc2f3abd8fbad6b9cd20a10c151a3d87350",
		"1700000000":    "b79b22447da38e117cc80ad5559767fe6cc2b68ef662fa8b32ec23057d14a9b1",
	} {
		got := post(t, server, validLinkface().edited(
			at(linkfacePath+"?sequence_id=1&api_id=test_api_id"), set("timestamp", timestamp), set("sign", sign)))
		require.Equal(t, linkfaceIssued+"\n", got.body, timestamp)
	}
}

func TestLinkfaceTransport(t *testing.T) {
	server := serve(t, linkface())
	path := linkfacePath + linkfaceQuery

	got := send(t, server, http.MethodGet, path, "", nil)
	require.Equal(t, 404, got.status)
	require.Equal(t, `{"request_id":"TID`+token+`","status":"NOT_FOUND","reason":"not found"}`+"\n", got.body)

	got = send(t, server, http.MethodPost, path, "application/x-www-form-urlencoded", []byte("detection_type=liveness&timestamp=1"))
	require.Equal(t, 200, got.status)
	require.Equal(t, linkfaceFailed("1002", "请求参数错误")+"\n", got.body)
	require.Equal(t, time.Unix(serverTime, 0).UTC().Format(http.TimeFormat), got.header.Get("Date"))

	o := options()
	o.Rand = brokenRand{}
	got = post(t, serve(t, sandbox.NewLinkface(o)), validLinkface())
	require.Equal(t, 200, got.status)
	require.Contains(t, got.body, `"code":"9999","msg":"其他错误","charge":2}`)
}
