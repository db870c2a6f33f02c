package tencent

import (
	"cmp"
	"time"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/bodies"
)

var intlApp = providers.Product{
	ID:       Name + ".intl-app",
	Flows:    []providers.Flow{providers.FlowAppSDK},
	Document: "Tencent: GetFaceIdTokenIntl",
	Endpoint: "/",
	Lifetime: 10 * time.Minute,    // Output Parameters, SdkToken
	Use:      providers.SingleUse, // Output Parameters, SdkToken
	Honours:  providers.FieldSet(providers.FieldPhotos, providers.FieldExtraData, providers.FieldMaxUploads),
	Identity: providers.FieldSet(providers.FieldReference),
	Limits: []providers.Limit{
		providers.AtMostPhotos(1),
		photoLimit(8_000_000),
		extraLimit(1000),
		retryLimit,
	},
	Parameters: []providers.Parameter{region, secureLevel, actionList, sdkVersion, retryLimitOfApp},
}

var getFaceIDTokenIntl = action{
	name: "GetFaceIdTokenIntl",
	add: func(body *bodies.JSON, r *providers.Request, set settings) {
		mode := "liveness"
		if len(r.Photos) > 0 {
			mode = "compare"
		}
		body.Add("CheckMode", mode)
		body.Add("SecureLevel", set[secureLevel.Name])
		for _, content := range r.Photos {
			body.AddPhoto("Image", content)
		}
		addExtra(body, r)
		body.Add("ActionList", set[actionList.Name])
		body.Add("SdkVersion", set[sdkVersion.Name])
		if tries := cmp.Or(r.MaxUploads, set.number(retryLimitOfApp)); tries != 0 {
			body.AddValue("RetryLimit", tries)
		}
	},
	read: func(r *response) (vendorhttp.Text, providers.Client, bool) {
		return r.SDKToken, providers.Client{}, true
	},
}
