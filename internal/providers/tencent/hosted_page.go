package tencent

import (
	"time"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/bodies"
)

// hostedPage needs a return_url, without which the vendor shows its own page when the user is done.
var hostedPage = providers.Product{
	ID:       Name + ".hosted-page",
	Flows:    []providers.Flow{providers.FlowHostedPage},
	Document: "Tencent: DetectAuth (实名核身鉴权)",
	Endpoint: "/",
	Lifetime: 2 * time.Hour,       // 输出参数, BizToken
	Use:      providers.SingleUse, // 输出参数, BizToken
	Needs: []providers.Need{
		{Field: providers.FieldReturnURL},
		{Field: providers.FieldIdentityDocument, With: comparing(card)},
		{Field: providers.FieldPhotos, With: comparing(photo)},
	},
	Honours: providers.FieldSet(
		providers.FieldIdentityDocument, providers.FieldPhotos, providers.FieldReturnURL, providers.FieldExtraData,
	),
	Identity: providers.FieldSet(providers.FieldReference),
	Limits: []providers.Limit{
		providers.LeftOut(providers.FieldIdentityDocument, comparing(photo, onPage), notCompared),
		providers.IdentityCardsAlone(),
		providers.OfChinaAlone(),
		nameLimit,
		providers.ResidentCardNumber(),
		providers.LeftOut(providers.FieldPhotos, comparing(card, onPage), notCompared),
		providers.AtMostPhotos(1),
		photoLimit(3_000_000),
		providers.AtMostCharacters(providers.FieldReturnURL, 1024),
		extraLimit(1024),
	},
	Parameters: []providers.Parameter{ruleRequired, compares},
}

var detectAuth = action{
	name: "DetectAuth",
	add: func(body *bodies.JSON, r *providers.Request, set settings) {
		body.Add("RuleId", set[ruleID.Name])
		if r.IdentityDocument != nil {
			addCard(body, r.IdentityDocument)
		}
		body.AddSensitive("RedirectUrl", r.ReturnURL)
		addExtra(body, r)
		for _, content := range r.Photos {
			body.AddPhoto("ImageBase64", content)
		}
	},
	read: func(r *response) (vendorhttp.Text, providers.Client, bool) {
		client, usable := page(r.URL)
		return r.BizToken, client, usable
	},
}
