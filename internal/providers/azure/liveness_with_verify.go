package azure

import (
	"context"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/bodies"
)

// livenessWithVerify compares with one photo, which must show exactly one face: the vendor refuses
// it if there are several, so a caller may ask for that, but not for using the largest.
var livenessWithVerify = providers.Product{
	ID:              Name + ".liveness-with-verify",
	Flows:           flows(),
	Document:        "Azure AI Face: Create Liveness With Verify Session (v1.2)",
	Endpoint:        "/detectLivenessWithVerify-sessions",
	Lifetime:        lifetime,
	LongerWhenAsked: true,
	Needs:           []providers.Need{deviceNeed, {Field: providers.FieldPhotos}},
	Honours: providers.FieldSet(
		providers.FieldDeviceID, providers.FieldTokenLifetime, providers.FieldPhotos, providers.FieldMultipleFaces,
	),
	Limits: []providers.Limit{
		deviceLimit,
		lifetimeLimit,
		providers.AtMostPhotos(1),
		{
			Field: providers.FieldPhotos, Text: "must be of 1 KB at least", Reason: providers.PhotoUnreadable,
			Allows: func(r *providers.Request) bool { return r.PhotoBytes() >= leastPhotoBytes },
		},
		{
			Field: providers.FieldPhotos, Text: "at most 6 MB", Reason: providers.PhotoTooLarge,
			Allows: func(r *providers.Request) bool { return r.PhotoBytes() <= mostPhotoBytes },
		},
		providers.MultipleFacesAre(providers.RejectMultipleFaces),
	},
	Parameters: []providers.Parameter{
		livenessOperationMode, setInClient, timeToLive, enableSessionImage, verifyConfidencePercent,
	},
}

// The narrower readings of 1 KB and 6 MB (error codes, InvalidImageSize).
const (
	leastPhotoBytes = 1 << 10
	mostPhotoBytes  = 6_000_000
)

type livenessWithVerifyTarget struct{ *target }

// Issue asks for a session by POST /detectLivenessWithVerify-sessions.
func (t *livenessWithVerifyTarget) Issue(ctx context.Context, call providers.Call) (*providers.Token, error) {
	return t.issue(ctx, call, livenessWithVerify.Endpoint, t.form(call))
}

func (t *livenessWithVerifyTarget) form(call providers.Call) *bodies.Form {
	form := bodies.NewForm(t.Random, 6)
	t.fill(form, form.Add, call)
	if percent := t.parameters[verifyConfidencePercent.Name]; percent != "" {
		form.Add("verifyConfidenceThreshold", fraction(percent))
	}
	for _, photo := range call.Request.Photos {
		form.AddFile("verifyImage", photo)
	}
	return form
}
