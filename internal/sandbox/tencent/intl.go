package tencent

import (
	"slices"

	"github.com/liveness-gateway/gateway/internal/sandbox/params"
	"github.com/liveness-gateway/gateway/internal/sandbox/standin"
)

const themeColor = `^#[0-9A-Fa-f]{6}$`

// region is X-TC-Region, which the international actions need.
func region() params.Row {
	regions := params.OneOf("ap-bangkok", "ap-hongkong", "ap-jakarta", "ap-singapore", "sa-saopaulo")
	return params.Row{Name: regionHeader, Required: true, Check: regions.Or(badRegion)}
}

// webVerificationRows is ApplyWebVerificationBizTokenIntl, Input Parameters, and
// WebVerificationConfigIntl.
func webVerificationRows(console Console) []params.Row {
	compares := func(v params.Values) bool {
		mode := v["Config.CheckMode"]
		return mode.Type == params.Number && mode.Text == "2" || !params.Given("Config.CheckMode")(v)
	}
	moves := func(v params.Values) bool {
		level := v["Config.SecurityLevel"]
		return level.Type == params.Number && (level.Text == "2" || level.Text == "4")
	}
	return slices.Concat(
		[]params.Row{
			region(),
			{Name: "RedirectURL", Required: true, Check: params.WebURL().Typed(params.String)},
			of("Config", params.Object),
			number("Config.CheckMode", 1, 4),
			{Name: "CompareImageBase64", Required: true, When: compares, Check: params.Base64Photo(8_000_000).Typed(params.String)},
			{Name: "CompareImageBase64", When: params.Not(compares), Check: params.Base64Photo(8_000_000).Typed(params.String)},
			text("Extra", params.MaxChars(1000)),
			rule(console, false),
			number("Config.SecurityLevel", 1, 4),
			{Name: "Config.ActionList", When: moves, Check: params.Check(actionList).Typed(params.String)},
			{Name: "Config.ActionList", When: params.Not(moves), Check: never},
			text("Config.Language", params.OneOf("en", "th", "zh-cn", "zh-tc", "id")),
			number("Config.LivenessRetryLimit", 1, 99),
			number("Config.LivenessTimeout", 0, 600), // seconds
			number("Config.AutoDowngrade", 1, 2),
			text("Config.Version", params.OneOf("BASIC", "PLUS")),
			text("Config.ThemeColor", params.Matching(themeColor)),
			text("Config.IDCardType", params.OneOf(
				"HKIDCard", "MLIDCard", "IndonesiaIDCard", "PhilippinesVoteID", "PhilippinesDrivingLicense", "PhilippinesTinID", "PhilippinesSSSID",
				"PhilippinesUMID", "InternationalIDPassport", "ThailandIDCard", "SingaporeIDCard", "MainlandIDCard",
			)),
		},
		flags(
			"Config.AutoSkip", "Config.AutoSkipStartPage", "Config.SkipPrivacyPolicy", "Config.IdCardCutReturn",
			"Config.DisableCheckOcrWarnings", "Config.AllowExpiredDocument",
		),
		[]params.Row{text("Config.SelectedWarningCodes", params.AnyText())},
	)
}

type webVerificationAnswer struct {
	BizToken        string
	VerificationURL string
	RequestID       string `json:"RequestId"`
}

func issueWebVerification(c standin.Call) (members any, token string) {
	token = tokenOf(c)
	return webVerificationAnswer{token, "https://intl.faceid.qq.com/reflect/?token=" + token, requestID(c)}, token
}

// faceIDTokenIntlRows is GetFaceIdTokenIntl, Input Parameters. The default of SecureLevel
// has moves.
func faceIDTokenIntlRows() []params.Row {
	moves := func(v params.Values) bool {
		return !params.Given("SecureLevel")(v) || params.Is("SecureLevel", "2")(v) || params.Is("SecureLevel", "4")(v)
	}
	compares := params.Is("CheckMode", "compare")
	image := params.Base64Photo(8_000_000).Typed(params.String)
	return []params.Row{
		region(),
		text("CheckMode", params.OneOf("liveness", "compare")),
		text("SecureLevel", params.OneOf("1", "2", "3", "4")),
		{Name: "Image", Required: true, When: compares, Check: image},
		{Name: "Image", When: params.Not(compares), Check: image},
		text("Extra", params.MaxChars(1000)),
		{Name: "ActionList", When: moves, Check: params.Check(actionList).Typed(params.String)},
		{Name: "ActionList", When: params.Not(moves), Check: never},
		text("SdkVersion", params.OneOf("BASIC", "ENHANCED", "PRO", "PLUS")),
		number("RetryLimit", 1, 5),
	}
}

type faceIDTokenIntlAnswer struct {
	SdkToken  string
	RequestID string `json:"RequestId"`
}

func issueFaceIDTokenIntl(c standin.Call) (members any, token string) {
	token = tokenOf(c)
	return faceIDTokenIntlAnswer{token, requestID(c)}, token
}
