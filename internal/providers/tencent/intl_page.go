package tencent

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/bodies"
)

// intlPage appends "?token=" to the return_url. What it does to a query there is not documented.
var intlPage = providers.Product{
	ID:       Name + ".intl-page",
	Flows:    []providers.Flow{providers.FlowHostedPage},
	Document: "Tencent: ApplyWebVerificationBizTokenIntl",
	Endpoint: "/",
	Lifetime: 10 * time.Minute,    // Output Parameters, BizToken
	Use:      providers.SingleUse, // Output Parameters, BizToken
	Needs:    []providers.Need{{Field: providers.FieldReturnURL}},
	Honours: providers.FieldSet(
		providers.FieldPhotos, providers.FieldReturnURL, providers.FieldExtraData,
		providers.FieldMaxUploads, providers.FieldLanguage,
	),
	Identity: providers.FieldSet(providers.FieldReference),
	Limits: []providers.Limit{
		providers.AtMostPhotos(1),
		photoLimit(8_000_000),
		{
			Field: providers.FieldReturnURL, Text: "must have neither a query nor a fragment: the vendor appends ?token=",
			Reason: providers.NoEligibleProduct,
			Allows: func(r *providers.Request) bool { return !strings.ContainsAny(r.ReturnURL.Reveal(), "?#") },
		},
		extraLimit(1000),
		retryLimit,
		{
			Field: providers.FieldLanguage, Text: "must be en, id, th or zh", Reason: providers.NoEligibleProduct,
			Allows: func(r *providers.Request) bool { return languages[r.Language] != "" },
		},
	},
	Parameters: []providers.Parameter{
		region, ruleID, securityLevel, actionList, language, livenessRetryLimit, livenessTimeout, autoDowngrade, webVersion, themeColor,
		autoSkip, autoSkipStartPage, skipPrivacyPolicy,
	},
}

// languages are the values of Config.Language by the primary subtag. That of traditional characters
// is a setting of the target's.
var languages = map[string]string{"en": "en", "id": "id", "th": "th", "zh": "zh-cn"}

// What the page does (WebVerificationConfigIntl, CheckMode). It is always sent, because the
// vendor's default needs a photo.
const (
	livenessAndComparison = 2
	livenessAlone         = 3
)

// webConfig is WebVerificationConfigIntl without the fields for reading a card, which no page here
// does.
type webConfig struct {
	CheckMode          int    `json:"CheckMode"`
	SecurityLevel      int    `json:"SecurityLevel,omitempty"`
	ActionList         string `json:"ActionList,omitempty"`
	Language           string `json:"Language,omitempty"`
	LivenessRetryLimit int    `json:"LivenessRetryLimit,omitempty"`
	LivenessTimeout    *int   `json:"LivenessTimeout,omitempty"`
	AutoDowngrade      int    `json:"AutoDowngrade,omitempty"`
	Version            string `json:"Version,omitempty"`
	ThemeColor         string `json:"ThemeColor,omitempty"`
	AutoSkip           bool   `json:"AutoSkip,omitempty"`
	AutoSkipStartPage  bool   `json:"AutoSkipStartPage,omitempty"`
	SkipPrivacyPolicy  bool   `json:"SkipPrivacyPolicy,omitempty"`
}

func webConfigOf(r *providers.Request, set settings) webConfig {
	c := webConfig{
		CheckMode:          livenessAlone,
		SecurityLevel:      set.number(securityLevel),
		ActionList:         set[actionList.Name],
		Language:           cmp.Or(languages[r.Language], set[language.Name]),
		LivenessRetryLimit: cmp.Or(r.MaxUploads, set.number(livenessRetryLimit)),
		AutoDowngrade:      set.number(autoDowngrade),
		Version:            set[webVersion.Name],
		ThemeColor:         set[themeColor.Name],
		AutoSkip:           set.flag(autoSkip),
		AutoSkipStartPage:  set.flag(autoSkipStartPage),
		SkipPrivacyPolicy:  set.flag(skipPrivacyPolicy),
	}
	if len(r.Photos) > 0 {
		c.CheckMode = livenessAndComparison
	}
	if seconds, err := strconv.Atoi(set[livenessTimeout.Name]); err == nil { // 0 is a value
		c.LivenessTimeout = &seconds
	}
	return c
}

var applyWebVerification = action{
	name: "ApplyWebVerificationBizTokenIntl",
	add: func(body *bodies.JSON, r *providers.Request, set settings) {
		body.AddSensitive("RedirectURL", r.ReturnURL)
		for _, content := range r.Photos {
			body.AddPhoto("CompareImageBase64", content)
		}
		addExtra(body, r)
		body.Add("RuleId", set[ruleID.Name])
		body.AddValue("Config", webConfigOf(r, set))
	},
	read: func(r *response) (vendorhttp.Text, providers.Client, bool) {
		client, usable := page(cmp.Or(r.VerificationURL, r.FormerVerificationURL))
		return r.BizToken, client, usable
	},
}
