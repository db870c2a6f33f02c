package main

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/demo"
)

// privateRequest has a marker in every field that is about the user. linkface.app has a
// place for none of them.
const privateRequest = `{"subjectId":"user-qzjx","reference":"order1"%s}`

var privateFields = map[string]string{
	"megvii.random-number": "",
	"megvii.app-v3":        `,"comparison":{"photos":[{"content": "cGhvdG8tcXpqeA=="}]}`,
	"megvii.app-v5":        "",
	"megvii.h5-flash":      `,"comparison":{"photos":[{"content": "cGhvdG8tcXpqeA=="}]}`,
	"megvii.pc-web": `,"comparison":{"identityDocument": {"type": "IDENTITY_DOCUMENT_TYPE_IDENTITY_CARD", "country": "CN", "name":"𠮷七三一九","number":"11010519491231731X"},"photos":[{"content": "cGhvdG8tcXpqeA=="}]},
		"callback":{"returnUrl":"https://shop.example/r?qzjx","notifyUrl":"https://shop.example/n?qzjx","extraData":"a/b-qzjx"}`,
	"megvii.lite-page": `,"comparison":{"identityDocument": {"type": "IDENTITY_DOCUMENT_TYPE_IDENTITY_CARD", "country": "CN", "name":"𠮷七三一九","number":"11010519491231731X"},"photos":[{"content": "cGhvdG8tcXpqeA=="}]},
		"callback":{"returnUrl":"https://shop.example/r?qzjx","notifyUrl":"https://shop.example/n?qzjx","extraData":"a/b-qzjx"}`,
	"linkface.app": "",
	"tencent.app": `,"clientMetadata":"{\"d\":\"qzjx\"}","callback":{"extraData":"a/b-qzjx"},"comparison":{"identityDocument": {
		"type": "IDENTITY_DOCUMENT_TYPE_IDENTITY_CARD", "country": "CN", "name":"𠮷七三一九","number":"11010519491231731X"}}`,
	"tencent.hosted-page": `,"comparison":{"photos":[{"content": "cGhvdG8tcXpqeA=="}]},"callback":{"returnUrl":"https://shop.example/r?qzjx"}`,
	"tencent.intl-page":   `,"comparison":{"photos":[{"content": "cGhvdG8tcXpqeA=="}]},"callback":{"returnUrl":"https://shop.example/qzjx"}`,
	"tencent.intl-app":    `,"comparison":{"photos":[{"content": "cGhvdG8tcXpqeA=="}]},"callback":{"extraData":"a/b-qzjx"}`,
	"aliyun.face-verify": `,"comparison":{"identityDocument": {"type": "IDENTITY_DOCUMENT_TYPE_IDENTITY_CARD", "country": "CN", "name":"𠮷七三一九","number":"11010519491231731X"}},
		"callback":{"notifyUrl":"https://shop.example/n?qzjx"},"clientMetadata":"{\"ua\":\"Mozilla/5.0 (qzjx)\"}"`,
	"iproov.capture-enrol":       "",
	"iproov.verify":              "",
	"azure.liveness":             `,"deviceId":"device-qzjx"`,
	"azure.liveness-with-verify": `,"deviceId":"device-qzjx","comparison":{"photos":[{"content": "` + privatePhoto + `"}]}`,
}

// privatePhoto is one of 1 KB in base64.
var privatePhoto = base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("photo-qzjx"), 103))

// echo is a vendor that repeats what it is sent, as body makes it of the values.
type echo struct {
	body func(values []string) string
	// sent are the values of the last request.
	sent []string
}

func (e *echo) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	content, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(content))
	_ = r.ParseMultipartForm(1 << 20)
	e.sent = nil
	for _, values := range r.Form {
		e.sent = append(e.sent, values...)
	}
	fields := make(map[string]any)
	_ = json.Unmarshal(content, &fields)
	for _, value := range fields { // of JSON
		if text, ok := value.(string); ok {
			e.sent = append(e.sent, text)
		}
	}
	if authorization := r.Header.Get("Authorization"); authorization != "" {
		e.sent = append(e.sent, authorization, authorization[strings.LastIndex(authorization, "=")+1:])
	}
	slices.Sort(e.sent)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Encoding", "gzip")
	w.Header().Set("X-Echo", url.QueryEscape(strings.Join(e.sent, " ")))
	w.WriteHeader(http.StatusBadRequest)
	zipped := gzip.NewWriter(w)
	_, _ = zipped.Write([]byte(e.body(e.sent)))
	_ = zipped.Close()
}

var echoes = map[string]func(values []string) string{
	"JSON":     allEchoes,
	"cut JSON": func(values []string) string { return strings.TrimSuffix(allEchoes(values), "}") },
	"no JSON":  func(values []string) string { return "<p>" + strings.Join(values, "</p><p>") + "</p>" },
}

// allEchoes has the values in every place and spelling of a JSON body.
func allEchoes(values []string) string {
	joined := strings.Join(values, " ")
	names := map[string]int{}
	var encoded []string
	for i, value := range values {
		names[value] = i
		encoded = append(encoded, base64.StdEncoding.EncodeToString([]byte(value)))
	}
	var escaped strings.Builder
	for _, char := range joined {
		for _, unit := range utf16.Encode([]rune{char}) {
			fmt.Fprintf(&escaped, `\u%04X`, unit)
		}
	}
	var objects []string
	for _, text := range append(encoded,
		joined, strings.ToUpper(joined), strings.ToLower(joined), inJSON(values), inJSON(inJSON(values)),
		escaped.String(), inJSON(escaped.String()), strings.ReplaceAll(joined, "/", `\/`),
	) {
		objects = append(objects, fmt.Sprintf(`{"error_message":%s,"other":%[1]s}`, inJSON(text)))
	}
	return fmt.Sprintf(`{"error_message":%s,"msg":%s,"names":%s,"values":%s,"objects":[%s]}`,
		inJSON(joined), `"`+escaped.String()+`"`, inJSON(names), inJSON(values), strings.Join(objects, ","))
}

func inJSON(value any) string {
	encoded, _ := json.Marshal(value)
	return string(encoded)
}

func TestTryShowsAndSavesNothingPrivate(t *testing.T) {
	vendor := &echo{}
	server := httptest.NewServer(vendor)
	t.Cleanup(server.Close)
	config := at(t, server.URL)
	t.Setenv("TEST_KEY", "key-qzjx")
	t.Setenv("TEST_SECRET", "key-qzjx-yvyv") // the key is a part of it
	for product, fields := range privateFields {
		name, _, _ := strings.Cut(product, ".")
		request := write(t, fmt.Sprintf(privateRequest, fields))
		for how, body := range echoes {
			for _, more := range []string{"--timeout=5s", "--show-answer"} {
				t.Run(product+"/"+how+"/"+more, func(t *testing.T) {
					vendor.body = body
					saved := filepath.Join(t.TempDir(), "cases.json")
					output, err := try(t.Context(), config, name+"-test", product, "--request", request, "--save", saved, more)
					require.Error(t, err)
					require.Contains(t, output, "\nAnswer\n")
					content, _ := os.ReadFile(saved) // an answer that is read otherwise is not saved
					visible := output + err.Error() + string(content)
					// None of these can be invented.
					for _, marker := range []string{"qzjx", "yvyv", "11010519491231731x", "七三一九", `\u4e03`, "𠮷", `ud842`} {
						require.NotContains(t, strings.ToLower(visible), marker)
					}
					require.NotContains(t, visible, base64.StdEncoding.EncodeToString([]byte("user-qzjx")))
					require.NotContains(t, visible, "cGhvdG8tcXpqeA", "the photo")
					reference := regexp.MustCompile(`(?m)^  vendor reference +(\S+)$`).FindStringSubmatch(output + "\n  vendor reference none")[1]
					for _, value := range vendor.sent {
						if len(value) > 27 && value != reference { // a signature
							require.NotContains(t, visible, value)
						}
					}
				})
			}
		}
	}
}

// What starts a client is hidden wherever it is.
func TestTryShowsAndSavesNoToken(t *testing.T) {
	for product, body := range map[string]string{
		"megvii.random-number": `{"token_random_number":"tok-qzjx","biz_id":"biz-qzjx","random_number":"7319","again":["tok-qzjx",7319],"request_id":"r-1"}`,
		"megvii.pc-web":        `{"token":"tok/qzjx","biz_id":"tok\/qzjx","expired_time":1999999999,"message":"tok/qzjx"}`,
		"megvii.lite-page":     `{"token":"tok-qzjx","biz_id":"biz-qzjx","biz_no":"tok-qzjx","expired_time":1999999999}`,
		"megvii.app-v3":        `{"biz_token":"tok-qzjx","biz_no":"tok-qzjx","again":"tok-qzjx"}`,
		"megvii.app-v5":        `{"biz_token":"1531397038,tok-qzjx","status":"1531397038,tok-qzjx"}`,
		"megvii.h5-flash":      `{"token":"TOK-QZJX","msg":"tok-qzjx"}`,
		"linkface.app":         `{"code":"0000","msg":"tok-qzjx","data":{"token":"tok-qzjx"},"charge":1}`,
		"aliyun.face-verify":   `{"Code":"200","ResultObject":{"CertifyId":"tok-qzjx","CertifyUrl":"https://t.example/tok-qzjx"},"again":"tok-qzjx"}`,
		"aws.face-liveness":    `{"SessionId":"tok-qzjx","again":"tok-qzjx"}`,
		"sumsub.sdk":           `{"token":"tok-qzjx"}`,
		"tencent.hosted-page":  `{"Response":{"BizToken":"tok-qzjx","Url":"https://page.example/?t=tok-qzjx","Again":"tok-qzjx"}}`,
		"tencent.app":          `{"Response":{"FaceIdToken":"tok-qzjx","ClientConfig":"config-qzjx"},"again":"config-qzjx"}`,
		"tencent.intl-page":    `{"Response":{"BizToken":"tok-qzjx","VerificationURL":"https://page.example/?token=tok-qzjx"}}`,
		"tencent.intl-app":     `{"Response":{"SdkToken":"tok-qzjx"},"again":["tok-qzjx"]}`,
		"iproov.capture-enrol": `{"token":"tok-qzjx","pod":"tok-qzjx"}`,
		"iproov.verify":        `{"fallback":["tok-qzjx"],"token":"tok-qzjx","primary":"iproov"}`,
		"azure.liveness":       `{"sessionId":"ses-qzjx","authToken":"tok-qzjx","again":["ses-qzjx","tok-qzjx"]}`,

		"azure.liveness-with-verify": `{"sessionId":"ses-qzjx","authToken":"tok-qzjx","modelVersion":"tok-qzjx"}`,
	} {
		t.Run(product, func(t *testing.T) {
			name, _, _ := strings.Cut(product, ".")
			request := write(t, string(demo.CompactJSON(fullRequest(product))))
			saved := filepath.Join(t.TempDir(), "cases.json")
			config := at(t, answering(t, http.StatusOK, body))
			output, err := try(t.Context(), config, name+"-test", product, "--request", request, "--save", saved, "--show-answer")
			require.NoError(t, err)
			content, err := os.ReadFile(saved)
			require.NoError(t, err)
			require.NotContains(t, strings.ToLower(output+string(content)), "qzjx")
			require.NotContains(t, output+string(content), "user-9173") // under which Sumsub's results are asked
			require.NotRegexp(t, `\W7319\W`, output)                    // what is saved may come to the same digits
		})
	}
}
