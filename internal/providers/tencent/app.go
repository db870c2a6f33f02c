package tencent

import (
	"time"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/bodies"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// app always compares, with an identity card or with a photo (输入参数, CompareLib).
var app = providers.Product{
	ID:       Name + ".app",
	Flows:    []providers.Flow{providers.FlowAppSDK},
	Document: "Tencent: GetFaceIdToken (获取SDKToken)",
	Endpoint: "/",
	Lifetime: 10 * time.Minute,    // 输出参数, FaceIdToken
	Use:      providers.SingleUse, // 输出参数, FaceIdToken
	Needs: []providers.Need{{
		Field: providers.FieldIdentityDocument,
		When:  &providers.Condition{Text: "without photos", Holds: func(r *providers.Request) bool { return len(r.Photos) == 0 }},
	}},
	Honours: providers.FieldSet(
		providers.FieldIdentityDocument, providers.FieldPhotos, providers.FieldExtraData, providers.FieldClientMetadata,
	),
	Identity: providers.FieldSet(providers.FieldReference),
	Limits: []providers.Limit{
		{
			Field: providers.FieldIdentityDocument, Text: "must be left out beside photos: one of both is compared",
			Reason: providers.NoEligibleProduct,
			Allows: func(r *providers.Request) bool { return len(r.Photos) == 0 },
		},
		providers.IdentityCardsAlone(),
		providers.OfChinaAlone(),
		providers.ResidentCardNumber(),
		providers.AtMostPhotos(1),
		photoLimit(8_000_000),
		extraLimit(1000),
	},
	Parameters: []providers.Parameter{ruleID, useCOS},
}

// What the vendor compares with.
const (
	ownPhoto   = "LOCAL"
	dataSource = "BUSINESS"
)

var getFaceIDToken = action{
	name: "GetFaceIdToken",
	add: func(body *bodies.JSON, r *providers.Request, set settings) {
		if r.IdentityDocument != nil {
			body.Add("CompareLib", dataSource)
			addCard(body, r.IdentityDocument)
		} else {
			body.Add("CompareLib", ownPhoto)
		}
		for _, content := range r.Photos {
			body.AddPhoto("ImageBase64", content)
		}
		body.AddSensitive("MetaData", r.ClientMetadata)
		addExtra(body, r)
		if set.flag(useCOS) {
			body.AddValue("UseCos", true)
		}
		body.Add("RuleId", set[ruleID.Name])
	},
	read: func(r *response) (vendorhttp.Text, providers.Client, bool) {
		if r.ClientConfig == "" {
			return r.FaceIDToken, providers.Client{}, true
		}
		parameters := map[string]sensitive.String{"ClientConfig": sensitive.New(string(r.ClientConfig))}
		return r.FaceIDToken, providers.Client{Parameters: parameters}, vendorhttp.UsableToken(string(r.ClientConfig))
	},
}
