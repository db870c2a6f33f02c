package main

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/demo"
)

// atStandIns is a configuration file whose accounts are at new stand-ins.
func atStandIns(t *testing.T) string {
	t.Helper()
	standIns, err := demo.Start()
	require.NoError(t, err)
	t.Cleanup(standIns.Close)
	text, err := standIns.Config()
	require.NoError(t, err)
	return write(t, string(text))
}

// at is a configuration file whose accounts are at the url.
func at(t *testing.T, url string) string {
	t.Helper()
	t.Setenv("TEST_KEY", "test-key-5127")
	t.Setenv("TEST_SECRET", "test-secret-5127")
	return write(t, strings.ReplaceAll(vendorConfig, "URL", url))
}

func write(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	return file
}

func try(ctx context.Context, config, account, product string, more ...string) (string, error) {
	var output bytes.Buffer
	args := append([]string{"try", "--config", config, "--account", account, "--product", product}, more...)
	err := run(ctx, args, &output, &output)
	return output.String(), err
}

func TestTryIssuesATokenOfEachProduct(t *testing.T) {
	config := atStandIns(t)
	var photo bytes.Buffer
	require.NoError(t, png.Encode(&photo, image.NewGray(image.Rect(0, 0, 8, 8))))
	photoFile := write(t, photo.String())
	// A group of a UUID may be the digits by chance, or backwards.
	const requestID = `(\d+,[0-9a-f-]+(\[redacted\][0-9a-f-]+)?|\\u003cre-spelt, \d+ bytes\\u003e)`
	for _, c := range []struct {
		product string
		fields  []string
		want    []string
	}{
		{"megvii.random-number", []string{"reference=order-1"}, []string{
			`^One real call of megvii.random-number to http://127\.0\.0\.1:\d+ with the account megvii-sandbox\. The vendor may bill it\.\n\nRequest\n`,
			`  POST /faceid/lite/raw/get_random_number HTTP/1.1\n  Host: 127`, `  User-Agent: Go-http-client/1.1\n  Content-Length: \d+\n`,
			`  api_key +\[redacted\]\n  api_secret +\[redacted\]\n  biz_no +order-1\n\nAnswer\n  HTTP/1.1 200 OK\n`,
			`"random_number":"\[redacted\]"`, `"token_random_number":"\[redacted\]"`, `"request_id":"` + requestID + `"`, `"time_used":\d+`,
			`  client digits +\[redacted\], 4 bytes\n  expires +\S+Z, DOCUMENTED_DEFAULT\n`,
			`  vendor request id +` + requestID + `\n  vendor reference +order-1\n`,
		}},
		{"megvii.pc-web", []string{"callback.return_url=https://shop.example/r", "callback.notifyUrl=https://shop.example/n"}, []string{
			`  comparison_type +-1\n  return_url +\[redacted\]\n  notify_url +\[redacted\]\n  biz_no +[0-9a-f]{32}\n`,
			`"expired_time":\d{10}`, `  client url +\[redacted\]`, `, VENDOR_STATED\n`,
		}},
		{"megvii.app-v5", []string{"subject_id=user-1"}, []string{
			`  sign +\[redacted\]\n  sign_version +hmac_sha1\n  liveness_id +sandbox\n  uuid +\[redacted\]\n`, `  client endpoint +http://`,
		}},
		{"megvii.h5-flash", []string{"subjectId=user-1", "comparison.photos=@" + photoFile, "token_lifetime=600s", "capture.face_occlusion_check=true", "capture.max_uploads=3"}, []string{
			`  image_ref1 +<file, \d+ bytes, sha256 [0-9a-f]{16}…>\n`, `  max_upload_times +3\n  life_time +10\n  face_occlusion_detection +1\n`, `, REQUESTED\n`,
		}},
		{"linkface.app", []string{"detection=DETECTION_ID_CARD_OCR"}, []string{
			`  POST /v2/sdk/get_token\?sequence_id=[0-9a-f]{64}&api_id=\[redacted\] HTTP/1.1\n`,
			`  detection_type +idcard_ocr\n  timestamp +\d{13}\n  sign +\[redacted\]\n`, `"code":"0000"`, `  billed +no\n`,
		}},
	} {
		t.Run(c.product, func(t *testing.T) {
			var args []string
			for _, field := range c.fields {
				args = append(args, "--field", field)
			}
			vendor, _, _ := strings.Cut(c.product, ".")
			output, err := try(t.Context(), config, vendor+"-sandbox", c.product, args...)
			require.NoError(t, err, output)
			for _, want := range append(c.want, `Read as\n  reason +OK\n`, `  token +\[redacted\], \d+ bytes\n`, `  vendor's clock +ahead by -?\ds \(Date\)\n`, `  a caller gets +HTTP 200, gRPC OK\n$`) {
				require.Regexp(t, want, output)
			}
		})
	}
}

func TestTryShowsHowAFailureIsRead(t *testing.T) {
	config := atStandIns(t)
	t.Setenv("SANDBOX_MEGVII_API_SECRET", "another-secret")
	t.Setenv("SANDBOX_LINKFACE_API_SECRET", "another-secret")

	output, err := try(t.Context(), config, "megvii-sandbox", "megvii.random-number")
	require.EqualError(t, err, "no token was issued: VENDOR_CREDENTIALS_REJECTED")
	require.Regexp(t, `\n  HTTP/1.1 40\d `, output)
	require.Contains(t, output, `"error_message":"AUTHENTICATION_ERROR"`)
	require.Regexp(t, `  reason +VENDOR_CREDENTIALS_REJECTED\n  vendor code +AUTHENTICATION_ERROR\n`+
		`  row of the table +AUTHENTICATION_ERROR: Megvii: FaceID Lite Raw-GetRandomNumber, 通用的ERROR_MESSAGE\n`, output)
	require.Regexp(t, `  a caller gets +HTTP 502, gRPC Internal\n$`, output)

	output, err = try(t.Context(), config, "linkface-sandbox", "linkface.app")
	require.EqualError(t, err, "no token was issued: VENDOR_CREDENTIALS_REJECTED")
	require.Regexp(t, `  row of the table +1000: Linkface: SDK get_token, 1.4`, output)
}

func TestTryNamesTheFieldAtFault(t *testing.T) {
	vendor := answering(t, http.StatusBadRequest, `{"error_message":"BAD_ARGUMENTS: uuid","request_id":"1,a","extra":{"score":0.9173,"of":"somebody","list":["a",null,true]}}`)
	args := []string{"--field", "subject_id=user-1", "--field", "comparison.photos=@" + write(t, "photo")}
	output, err := try(t.Context(), at(t, vendor), "megvii-test", "megvii.h5-flash", args...)
	require.EqualError(t, err, "no token was issued: ARGUMENT_REJECTED")
	require.Contains(t, output, `{"error_message":"BAD_ARGUMENTS: uuid","request_id":"1,a",`+
		`"extra":{"score":<number, 6 bytes>,"of":<string, 8 bytes>,"list":[<string, 1 bytes>,null,true]}}`)
	require.Regexp(t, `  field at fault +subject_id: refused by the vendor\n  vendor code +BAD_ARGUMENTS:uuid\n  row of the table +BAD_ARGUMENTS: `, output)
	require.Contains(t, output, "HTTP 400, gRPC InvalidArgument")
	require.Contains(t, output, "\n  Set-Cookie: [redacted]\n")

	output, _ = try(t.Context(), at(t, vendor), "megvii-test", "megvii.h5-flash", append(args, "--show-answer")...)
	require.Contains(t, output, `"extra":{"score":0.9173,"of":"somebody","list":["a",null,true]}}`)
}

// answering is the URL of a vendor that answers every request alike.
func answering(t *testing.T, status int, body string) string {
	t.Helper()
	vendor := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Set-Cookie", "id=5127")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(vendor.Close)
	return vendor.URL
}

// A product is tried for each of its flows, and for no other.
func TestTryKnowsEveryFlowOfAProduct(t *testing.T) {
	config := atStandIns(t)
	for flow, served := range map[string]bool{"FLOW_APP_SDK": true, "FLOW_JS_SDK": true, "FLOW_HOSTED_PAGE": false, "FLOW_SPOKEN_DIGITS": false} {
		request := write(t, `{"flow":"`+flow+`","subjectId":"user-1"}`)
		output, err := try(t.Context(), config, "sumsub-sandbox", "sumsub.sdk", "--request", request)
		if served {
			require.NoError(t, err, "%s: %s", flow, output)
			continue
		}
		require.EqualError(t, err, "no token was issued: NO_ELIGIBLE_PRODUCT", flow)
		require.Regexp(t, `field at fault +flow`, output)
	}
}

func TestTryMakesNoCallThatCannotSucceed(t *testing.T) {
	vendor := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a call was made") }))
	t.Cleanup(vendor.Close)
	config := at(t, vendor.URL)
	for _, c := range []struct {
		name, product string
		args          []string
		reason        string
		want          []string
	}{
		{"ruled out", "megvii.pc-web", []string{"--field", "capture.language=en", "--field", "reference=" + strings.Repeat("r", 128)}, "NO_ELIGIBLE_PRODUCT", []string{
			`field at fault +capture.language: not supported`, `field at fault +callback.return_url: required`, `field at fault +callback.notify_url: required`,
		}},
		{"a value of the caller's", "megvii.app-v5", []string{"--field", "subject_id=" + strings.Repeat("u", 129)}, "ARGUMENT_REJECTED", []string{`subject_id: at most 128 bytes`}},
		{"against the contract", "megvii.random-number", []string{"--field", "token_lifetime=1s"}, "INVALID_REQUEST", []string{`token_lifetime: must be`}},
		{"another flow", "megvii.random-number", []string{"--request", write(t, `{"flow":"FLOW_JS_SDK"}`)}, "NO_ELIGIBLE_PRODUCT", []string{`field at fault +flow`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			saved := filepath.Join(t.TempDir(), "cases.json")
			output, err := try(t.Context(), config, "megvii-test", c.product, append(c.args, "--save", saved)...)
			require.EqualError(t, err, "no token was issued: "+c.reason)
			require.True(t, strings.HasPrefix(output, "No call was made.\n\nRead as\n"), output)
			for _, want := range c.want {
				require.Regexp(t, want, output)
			}
			require.NoFileExists(t, saved)
		})
	}
}

func TestTryRefusesMistakes(t *testing.T) {
	config := at(t, "http://127.0.0.1:1")
	for _, c := range []struct {
		name, account, product string
		args                   []string
		want                   string
	}{
		{"account", "megvii-tset", "megvii.pc-web", nil, `unknown account "megvii-tset", did you mean "megvii-test"?`},
		{"product", "megvii-test", "megvii.pc-wbe", nil, `unknown product of megvii "megvii.pc-wbe", did you mean "megvii.pc-web"?`},
		{"another vendor's product", "linkface-test", "megvii.pc-web", nil, `unknown product of linkface "megvii.pc-web", expected linkface.app`},
		{"parameter", "megvii-test", "megvii.app-v5", []string{"--parameter", "livenes_id=1"}, `unknown parameter of megvii.app-v5 "livenes_id", did you mean "liveness_id"?`},
		{"parameter's value", "megvii-test", "megvii.h5-flash", []string{"--parameter", "color_number=5"}, `parameter "color_number" does not take this value: number of colours flashed: 4, 6 (default) or 8`},
		{"missing parameter", "megvii-test", "megvii.app-v5", []string{"--field", "scenario=other"}, `missing parameter "liveness_id": liveness scene set up in the vendor's console`},
		{"field without value", "megvii-test", "megvii.pc-web", []string{"--field", "11010519491231002X"}, `a field must be PATH=VALUE`},
		{"unknown field", "megvii-test", "megvii.pc-web", []string{"--field", "comparison.idcard.name=x"}, `INVALID_REQUEST: comparison.idcard is not a field of the request (line 1, column 16)`},
		{"field twice", "megvii-test", "megvii.pc-web", []string{"--field", "subjectId=x", "--field", "subject_id=y"}, `INVALID_REQUEST: subject_id is there twice (line 1, column 18)`},
		{"wrong type", "megvii-test", "megvii.pc-web", []string{"--field", "capture.max_uploads=many"}, `INVALID_REQUEST: capture.max_uploads must be a whole number (line 1, column 27)`},
		{"no such file", "megvii-test", "megvii.pc-web", []string{"--request", "nowhere.json"}, `open nowhere.json: no such file or directory`},
		{"cases", "megvii-test", "megvii.pc-web", []string{"--save", config}, config + `: not a JSON array of cases`},
	} {
		t.Run(c.name, func(t *testing.T) {
			output, err := try(t.Context(), config, c.account, c.product, c.args...)
			require.EqualError(t, err, c.want)
			require.Empty(t, output)
		})
	}
}

func TestTryTakesParametersOfTheRoute(t *testing.T) {
	config := at(t, answering(t, http.StatusOK, `{"biz_token":"tok"}`))
	output, err := try(t.Context(), config, "megvii-test", "megvii.app-v5")
	require.NoError(t, err)
	require.Regexp(t, `liveness_id +test\n`, output)
	output, err = try(t.Context(), config, "megvii-test", "megvii.app-v5", "--parameter", "liveness_id=Other-1", "--field", "scenario=new")
	require.NoError(t, err)
	require.Regexp(t, `liveness_id +Other-1\n`, output)
}

func TestTryWithoutAnAnswer(t *testing.T) {
	ctx, release := context.WithCancel(t.Context())
	vendor := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-ctx.Done() }))
	t.Cleanup(vendor.Close)
	t.Cleanup(release)
	saved := filepath.Join(t.TempDir(), "cases.json")
	output, err := try(t.Context(), at(t, vendor.URL), "megvii-test", "megvii.random-number", "--timeout", "50ms", "--save", saved)
	require.EqualError(t, err, "no token was issued: VENDOR_TIMEOUT")
	require.Regexp(t, `No answer came\.\n\nRead as\n  reason +VENDOR_TIMEOUT\n`, output)
	require.Regexp(t, `ambiguous +a token may have been issued\n`, output)
	require.NoFileExists(t, saved)

	output, err = try(t.Context(), at(t, "http://127.0.0.1:1"), "megvii-test", "megvii.random-number")
	require.EqualError(t, err, "no token was issued: VENDOR_UNREACHABLE")
	require.Regexp(t, `cause +dial tcp 127.0.0.1:1: connect: connection refused\n`, output)
}
