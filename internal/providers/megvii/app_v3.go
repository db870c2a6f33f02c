package megvii

import (
	"context"
	"time"

	"github.com/liveness-gateway/gateway/internal/providers"
)

const documentAppV3 = "Megvii: get_biz_token 1.0.0 (App SDK)"

// appV3 always compares: it cannot check liveness alone. If a photo has several faces, the vendor
// takes the largest (参数, image_ref1), so a caller cannot ask for rejecting them.
var appV3 = providers.Product{
	ID:       Name + ".app-v3",
	Flows:    []providers.Flow{providers.FlowAppSDK},
	Document: documentAppV3,
	Endpoint: "/v3/sdk/get_biz_token",
	Lifetime: time.Hour,           // 返回值说明, biz_token
	Use:      providers.SingleUse, // 返回值说明, biz_token
	Needs: []providers.Need{
		{
			Field: providers.FieldIdentityDocument, With: &providers.Setting{Name: dataSource.Name, Values: []string{"", present}},
			When: &providers.Condition{Text: "without photos", Holds: func(r *providers.Request) bool { return len(r.Photos) == 0 }},
		},
		{Field: providers.FieldPhotos, With: withoutDataSource},
		{Field: providers.FieldSubjectID, When: &providers.Condition{
			Text: "with photos and no identity document", Holds: photosAlone,
		}},
	},
	Honours: providers.FieldSet(
		providers.FieldIdentityDocument, providers.FieldPhotos,
		providers.FieldDetectRotatedFaces, providers.FieldMultipleFaces,
	),
	Identity: providers.FieldSet(providers.FieldSubjectID, providers.FieldReference),
	Limits: []providers.Limit{
		subjectIDLimit(128),
		referenceLimit,
		providers.LeftOut(providers.FieldIdentityDocument, withoutDataSource, "the account has no data source"),
		providers.IdentityCardsAlone(),
		providers.OfChinaAlone(),
		nameGivenLimit,
		numberOf18Limit,
		providers.AtMostPhotos(2),
		requestLimit,
		providers.MultipleFacesAre(providers.UseLargestFace),
	},
	Parameters: []providers.Parameter{
		{
			Name: paramLivenessType, Required: true, Values: []string{"meglive", "still"},
			Text: "what the user does: meglive (moves) or still (nothing)",
		},
		{
			Name: paramLivenessTimeout, Least: 5, Most: 60,
			Text: "how long the user may take in seconds, 5 to 60: for each move of meglive, 10 by default, or for the whole of still, 60 by default",
		},
		{Name: paramLivenessActionCount, Text: "number of moves of meglive, 1 to 3 (the vendor's default)", Least: 1, Most: 3},
		{Name: paramEyesCloseDetection, Text: "still fails if the eyes are closed throughout: 0 (the vendor's default) or 1", Values: []string{off, on}},
		{Name: paramVerbose, Text: "more in the result: 0 (the vendor's default) or 1", Values: []string{off, on}},
		{
			Name: paramSecurityLevel, Values: []string{"1", "2", "3", "4"},
			Text: "strictness: 1 loose, 2 usual (the vendor's default), 3 strict or 4 very strict",
		},
		{Name: paramForceCompare, Text: "compare what is judged a fake too, which is billed: 0 (the vendor's default) or 1", Values: []string{off, on}},
		{
			Name: paramMultiOrientedDetection, Values: []string{off, on},
			Text: "look for the face in turned photos too: 0 (default) or 1; sent always, because the vendor's default is 1",
		},
	},
}

type appV3Target struct{ *target }

// Issue asks for a token by POST /v3/sdk/get_biz_token.
func (t *appV3Target) Issue(ctx context.Context, call providers.Call) (*providers.Token, error) {
	return t.app(ctx, call, t.form(call))
}

func (t *appV3Target) form(call providers.Call) *form {
	r := call.Request
	f := t.newSignedForm(call, 10)
	f.configured(paramLivenessType, "")
	if r.IdentityDocument != nil {
		f.Add("comparison_type", compareIDCard)
		f.personal("idcard_name", providers.FieldIdentityDocumentName, r.IdentityDocument.Name)
		f.personal("idcard_number", providers.FieldIdentityDocumentNumber, r.IdentityDocument.Number)
	} else {
		f.Add("comparison_type", comparePhotos)
	}
	f.personal("uuid", providers.FieldSubjectID, r.SubjectID)
	f.photos(r.Photos)
	f.reference(r.Reference)
	f.configured(paramLivenessTimeout, "")
	f.configured(paramLivenessActionCount, "")
	f.configured(paramEyesCloseDetection, "")
	f.configured(paramVerbose, "")
	f.configured(paramSecurityLevel, "")
	f.configured(paramForceCompare, "")
	f.setting(paramMultiOrientedDetection, providers.FieldDetectRotatedFaces, flag(r.DetectRotatedFaces), off)
	return f
}
