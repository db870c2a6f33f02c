package tencent_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/sandbox"
	"github.com/liveness-gateway/gateway/internal/sandbox/requests"
	"github.com/liveness-gateway/gateway/internal/sandbox/samples"
)

type edits = []requests.Edit

var (
	set, raw, drop = requests.Set, requests.Raw, requests.Drop
	missing        = samples.TencentFailed("MissingParameter")
	badType        = samples.TencentFailed("InvalidParameter")
	badValue       = samples.TencentFailed("InvalidParameterValue")
	badNumber      = samples.TencentFailed("FailedOperation.IdFormatError")
	badName        = samples.TencentFailed("FailedOperation.NameFormatError")
	undecoded      = samples.TencentFailed("FailedOperation.ImageDecodeFailed")
	tooLarge       = samples.TencentFailed("FailedOperation.ImageSizeTooLarge")
	unknown        = samples.TencentFailed("UnknownParameter")
)

func photo(t *testing.T) string {
	t.Helper()
	return base64.StdEncoding.EncodeToString(requests.PNG(t, 8, 8))
}

// largePhoto has n characters of base64; what follows a photo in a file is not looked at.
func largePhoto(t *testing.T, n int) string {
	t.Helper()
	return base64.StdEncoding.EncodeToString(append(requests.PNG(t, 8, 8), make([]byte, n/4*3-len(requests.PNG(t, 8, 8)))...))
}

// Every text is refused as another type, and a null is nothing.
func typed(valid string, required bool, texts ...string) []step {
	var steps []step
	for _, name := range texts {
		for _, other := range []string{"1", "true", "{}", "[]"} {
			steps = append(steps, step{name + " as " + other, edits{raw(name, other)}, 200, badType})
		}
		want := valid
		if required {
			want = missing
		}
		steps = append(steps, step{name + " null", edits{raw(name, "null")}, 200, want}, step{name + " empty", edits{set(name, "")}, 200, want})
	}
	return steps
}

func TestDetectAuth(t *testing.T) {
	issued := samples.DetectAuthIssued
	steps := []step{
		{"issued", nil, 200, issued},
		{"everything", edits{
			set("IdCard", "11010519491231002X"), set("Name", strings.Repeat("李", 32)), set("Extra", strings.Repeat("流", 1024)), set("ImageBase64", photo(t)),
			raw("Encryption", `{"EncryptList":["Name"]}`), set("IntentionVerifyText", strings.Repeat("读", 120)), raw("IntentionQuestions", `[{"Question":"?"}]`),
			raw("IntentionActions", `[{"Text":"!"}]`), raw("Config", `{"InputType":"1"}`),
		}, 200, issued},
		{"no RuleId", edits{drop("RuleId")}, 200, missing},
		{"name of 33 characters", edits{set("Name", strings.Repeat("李", 33))}, 200, badName},
		{"lower-case x", edits{set("IdCard", "11010519491231002x")}, 200, badNumber},
		{"number of 17", edits{set("IdCard", "11010519491231002")}, 200, badNumber},
		{"RedirectUrl no URL", edits{set("RedirectUrl", "done")}, 200, badValue},
		{"RedirectUrl too long", edits{set("RedirectUrl", "https://shop.example/"+strings.Repeat("x", 1024))}, 200, badValue},
		{"Extra too long", edits{set("Extra", strings.Repeat("流", 1025))}, 200, badValue},
		{"intention too long", edits{set("IntentionVerifyText", strings.Repeat("读", 121))}, 200, badValue},
		{"no photo", edits{set("ImageBase64", "aGVsbG8=")}, 200, undecoded},
		{"photo without padding", edits{set("ImageBase64", strings.TrimRight(photo(t), "=")+"A")}, 200, undecoded},
		{"data URI", edits{set("ImageBase64", "data:image/png;base64,"+photo(t))}, 200, undecoded},
		{"photo of 3 MB", edits{set("ImageBase64", largePhoto(t, 3_000_000))}, 200, issued},
		{"photo of more", edits{set("ImageBase64", largePhoto(t, 3_000_004))}, 200, tooLarge},
		{"unknown member", edits{set("RedirectURL", "https://shop.example")}, 200, unknown},
		{"Config a text", edits{set("Config", "{}")}, 200, badType},
		{"questions no list", edits{raw("IntentionQuestions", "{}")}, 200, badType},
		{"a member twice", edits{requests.Add("RuleId", "1")}, 200, badType},
		{"no body", edits{requests.Body("")}, 200, badType},
		{"a form", edits{requests.Header("Content-Type", "application/x-www-form-urlencoded")}, 200, badType},
	}
	steps = append(steps, typed(issued, true, "RuleId")...)
	steps = append(steps, typed(issued, false, "RedirectUrl", "Extra", "IntentionVerifyText", "IdCard", "Name")...)
	requests.Run(t, samples.Tencent, samples.DetectAuth(), steps)
}

func TestFaceIDToken(t *testing.T) {
	issued := samples.FaceIDTokenIssued
	local := edits{set("CompareLib", "LOCAL"), drop("IdCard"), drop("Name"), set("ImageBase64", photo(t))}
	steps := []step{
		{"issued", nil, 200, issued},
		{"own photo", local, 200, issued},
		{"everything", edits{
			set("Meta", "123"), set("MetaData", `{"a":1}`), set("Extra", strings.Repeat("流", 1000)), raw("UseCos", "true"), set("RuleId", "1"), raw("Encryption", "{}"),
		}, 200, issued},
		{"no CompareLib", edits{drop("CompareLib")}, 200, missing},
		{"CompareLib outside its values", edits{set("CompareLib", "NONE")}, 200, badValue},
		{"no number", edits{drop("IdCard")}, 200, missing},
		{"no name", edits{drop("Name")}, 200, missing},
		{"lower-case x", edits{set("IdCard", "11010519491231002x")}, 200, badNumber},
		{"no photo", append(local, drop("ImageBase64")), 200, missing},
		{"photo broken", append(local, set("ImageBase64", "aGVsbG8=")), 200, undecoded},
		{"photo of 8 MB", append(local, set("ImageBase64", largePhoto(t, 8_000_000))), 200, issued},
		{"photo of more", append(local, set("ImageBase64", largePhoto(t, 8_000_004))), 200, tooLarge},
		{"body too large", append(local, set("ImageBase64", largePhoto(t, 10_000_000))), 200, samples.TencentFailed("RequestSizeLimitExceeded")},
		{"Extra too long", edits{set("Extra", strings.Repeat("流", 1001))}, 200, badValue},
		{"UseCos as a text", edits{set("UseCos", "true")}, 200, badType},
		{"unknown member", edits{set("MetaInfo", "x")}, 200, unknown},
	}
	steps = append(steps, typed(issued, true, "CompareLib")...)
	steps = append(steps, typed(issued, true, "IdCard", "Name")...)
	steps = append(steps, typed(issued, false, "Meta", "MetaData", "Extra", "RuleId")...)
	requests.Run(t, samples.Tencent, samples.FaceIDToken(), steps)
}

func TestWebVerification(t *testing.T) {
	issued := samples.WebVerificationIssued
	config := func(format string, values ...any) edits {
		return edits{raw("Config", `{"CheckMode":3,`+fmt.Sprintf(format, values...)+`}`)}
	}
	steps := []step{
		{"issued", nil, 200, issued},
		{"everything", edits{set("Extra", strings.Repeat("x", 1000)), set("RuleId", "1"), set("CompareImageBase64", photo(t)), raw("Config", `{
			"CheckMode":2,"SecurityLevel":4,"ActionList":"blink,shake","Language":"zh-cn","LivenessRetryLimit":99,"LivenessTimeout":600,"AutoDowngrade":2,
			"Version":"PLUS","ThemeColor":"#2d72f1","IDCardType":"HKIDCard","AutoSkip":true,"AutoSkipStartPage":false,"SkipPrivacyPolicy":true,
			"IdCardCutReturn":true,"DisableCheckOcrWarnings":true,"AllowExpiredDocument":false,"SelectedWarningCodes":"1,2"}`)}, 200, issued},
		{"comparison by default", edits{drop("Config"), set("CompareImageBase64", photo(t))}, 200, issued},
		{"comparison by default without a photo", edits{drop("Config")}, 200, missing},
		{"comparison without a photo", edits{raw("Config", `{"CheckMode":2}`)}, 200, missing},
		{"photo broken", edits{set("CompareImageBase64", "aGVsbG8=")}, 200, undecoded},
		{"photo too large", edits{set("CompareImageBase64", largePhoto(t, 8_000_004))}, 200, tooLarge},
		{"no RedirectURL", edits{drop("RedirectURL")}, 200, missing},
		{"RedirectUrl", edits{drop("RedirectURL"), set("RedirectUrl", "https://shop.example")}, 200, missing},
		{"RedirectURL no URL", edits{set("RedirectURL", "/done")}, 200, badValue},
		{"Extra too long", edits{set("Extra", strings.Repeat("x", 1001))}, 200, badValue},
		{"no region", edits{requests.Header("X-TC-Region", "")}, 200, missing},
		{"another region", edits{requests.Header("X-TC-Region", "ap-guangzhou")}, 200, samples.TencentFailed("UnsupportedRegion")},
		{"Config a text", edits{set("Config", "{}")}, 200, badType},
		{"CheckMode as a text", edits{raw("Config", `{"CheckMode":"3"}`)}, 200, badType},
		{"CheckMode outside its values", edits{raw("Config", `{"CheckMode":5}`)}, 200, badValue},
		{"SecurityLevel outside its values", config(`"SecurityLevel":0`), 200, badValue},
		{"moves without a level", config(`"ActionList":"blink"`), 200, badValue},
		{"moves of a level without", config(`"SecurityLevel":1,"ActionList":"blink"`), 200, badValue},
		{"moves of a level with", config(`"SecurityLevel":2,"ActionList":"nod"`), 200, issued},
		{"three moves", config(`"SecurityLevel":2,"ActionList":"nod,blink,shake"`), 200, badValue},
		{"a move that there is not", config(`"SecurityLevel":2,"ActionList":"wink"`), 200, badValue},
		{"language outside its values", config(`"Language":"zh"`), 200, badValue},
		{"no retries", config(`"LivenessRetryLimit":0`), 200, badValue},
		{"too many retries", config(`"LivenessRetryLimit":100`), 200, badValue},
		{"too long", config(`"LivenessTimeout":601`), 200, badValue},
		{"downgrade outside its values", config(`"AutoDowngrade":3`), 200, badValue},
		{"version outside its values", config(`"Version":"PRO"`), 200, badValue},
		{"colour by name", config(`"ThemeColor":"blue"`), 200, badValue},
		{"card outside its values", config(`"IDCardType":"Passport"`), 200, badValue},
		{"AutoSkip as a text", config(`"AutoSkip":"true"`), 200, badType},
		{"AllowExpiredDocument as a number", config(`"AllowExpiredDocument":1`), 200, badType},
		{"unknown member", edits{set("RedirectUrl", "https://shop.example")}, 200, unknown},
		{"unknown member of Config", config(`"Colour":"blue"`), 200, unknown},
	}
	steps = append(steps, typed(issued, true, "RedirectURL")...)
	steps = append(steps, typed(issued, false, "Extra", "RuleId")...)
	requests.Run(t, samples.Tencent, samples.WebVerification(), steps)
}

func TestFaceIDTokenIntl(t *testing.T) {
	issued := samples.FaceIDTokenIntlIssued
	steps := []step{
		{"issued", nil, 200, issued},
		{"nothing asked for", edits{drop("CheckMode")}, 200, issued},
		{"everything", edits{
			set("CheckMode", "compare"), set("Image", photo(t)), set("SecureLevel", "2"), set("ActionList", "mouth,nod"), set("SdkVersion", "PRO"),
			raw("RetryLimit", "5"), set("Extra", strings.Repeat("x", 1000)),
		}, 200, issued},
		{"comparison without a photo", edits{set("CheckMode", "compare")}, 200, missing},
		{"photo broken", edits{set("CheckMode", "compare"), set("Image", "x")}, 200, undecoded},
		{"photo too large", edits{set("Image", largePhoto(t, 8_000_004))}, 200, tooLarge},
		{"CheckMode as a number", edits{raw("CheckMode", "1")}, 200, badType},
		{"CheckMode outside its values", edits{set("CheckMode", "2")}, 200, badValue},
		{"SecureLevel as a number", edits{raw("SecureLevel", "4")}, 200, badType},
		{"SecureLevel outside its values", edits{set("SecureLevel", "5")}, 200, badValue},
		{"moves of the default level", edits{set("ActionList", "blink")}, 200, issued},
		{"moves of a level without", edits{set("SecureLevel", "3"), set("ActionList", "blink")}, 200, badValue},
		{"a move that there is not", edits{set("ActionList", "wink")}, 200, badValue},
		{"SdkVersion outside its values", edits{set("SdkVersion", "LITE")}, 200, badValue},
		{"no retries", edits{raw("RetryLimit", "0")}, 200, badValue},
		{"too many retries", edits{raw("RetryLimit", "6")}, 200, badValue},
		{"retries as a text", edits{set("RetryLimit", "5")}, 200, badType},
		{"Extra too long", edits{set("Extra", strings.Repeat("x", 1001))}, 200, badValue},
		{"no region", edits{requests.Header("X-TC-Region", "")}, 200, missing},
		{"another region", edits{requests.Header("X-TC-Region", "eu-frankfurt")}, 200, samples.TencentFailed("UnsupportedRegion")},
		{"unknown member", edits{set("Meta", "x")}, 200, unknown},
	}
	requests.Run(t, samples.Tencent, samples.FaceIDTokenIntl(), append(steps, typed(issued, false, "Extra", "SdkVersion", "ActionList")...))
}

func TestRules(t *testing.T) {
	o := samples.Options()
	o.Tencent.Rules = []string{"1"}
	server := requests.Serve(t, sandbox.NewTencent(o))
	for _, valid := range []requests.Request{samples.DetectAuth(), samples.FaceIDToken(), samples.WebVerification()} {
		require.Contains(t, requests.Post(t, server, valid.Edited(set("RuleId", "1"))).Body, "Token")
		require.Equal(t, samples.TencentFailed("InvalidParameterValue.RuleIdNotExist")+"\n", requests.Post(t, server, valid.Edited(set("RuleId", "2"))).Body)
	}
}
