package megvii

import (
	"context"
	"net/url"
	"slices"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/bodies"
)

const documentLitePage = "Megvii: H5-Lite GetToken (hosted page)"

// litePage has no documented lifetime: answers state it in expired_time, 5 to 60 min depending on
// the console's scene. A page without a comparison is not documented.
var litePage = providers.Product{
	ID:       Name + ".lite-page",
	Flows:    []providers.Flow{providers.FlowHostedPage},
	Document: documentLitePage,
	Endpoint: "/lite/get_token",
	Use:      providers.SingleUse, // 返回值说明, token
	Needs: []providers.Need{
		{Field: providers.FieldReturnURL},
		{Field: providers.FieldNotifyURL},
		{
			Field: providers.FieldIdentityDocument, With: providers.NotSet(paramIDCardMode),
			When: &providers.Condition{Text: "without photos", Holds: func(r *providers.Request) bool { return len(r.Photos) == 0 }},
		},
		{Field: providers.FieldSubjectID, When: &providers.Condition{
			Text: "with photos and no identity document", Holds: photosAlone,
		}},
	},
	Honours: providers.FieldSet(
		providers.FieldIdentityDocument, providers.FieldPhotos,
		providers.FieldDetectRotatedFaces, providers.FieldMultipleFaces,
		providers.FieldReturnURL, providers.FieldNotifyURL, providers.FieldExtraData,
	),
	Identity: providers.FieldSet(providers.FieldSubjectID, providers.FieldReference),
	Limits: []providers.Limit{
		subjectIDLimit(512),
		referenceLimit,
		providers.IdentityCardsAlone(),
		providers.OfChinaAlone(),
		nameLimit,
		providers.ResidentCardNumber(), // INVALID_IDCARD_NUMBER
		providers.AtMostPhotos(3),
		providers.MultipleFacesAre(providers.RejectMultipleFaces),
		{
			Field: providers.FieldNotifyURL, Text: "must be of port 443, 5000, 16003, 8883 or 8028: the vendor calls no other",
			Reason: providers.NoEligibleProduct,
			Allows: func(r *providers.Request) bool { return slices.Contains(calledPorts, portOf(r.NotifyURL.Reveal())) },
		},
		extraDataLimit,
	},
	Parameters: []providers.Parameter{
		{Name: paramSceneID, Text: "scene set up in the vendor's console; the console's default scene if left out"},
		{Name: paramWebTitle, Text: "title of the page, at most 32 bytes; the vendor's if left out, and a scene's wins"},
		{
			Name: paramProcedureType, Values: []string{"video", "selfie", "still", "flash", "meglive_flash", "will"},
			Text: "what the user does: video (the vendor's default), selfie, still, flash, meglive_flash or will; still and flash need a scene that has them",
		},
		{
			Name: paramProcedurePriority, Values: []string{"video", "still", "keep"},
			Text: "what to fall back to where the browser cannot: video (the vendor's default), still or keep, which gives up",
		},
		{
			Name: paramLivenessPreferences, Values: []string{"none", "selfie_no_metadata_check", "video_strict", "still_strict"},
			Text: "strictness: none (the vendor's default), selfie_no_metadata_check, video_strict or still_strict, each with its procedure",
		},
		{Name: paramGetShootingError, Text: "tell callbacks of errors while filming: 0 (the vendor's default) or 1", Values: []string{off, on}},
		{Name: paramMaximumShootingTime, Text: "how long the user may film, in seconds, 10 to 60; 15 by default", Least: 10, Most: 60},
		{
			Name: paramIDCardMode, Values: []string{"1", "2", "3", "4"},
			Text: "where the request has no identity document, the user shows it to the page: 1 front photographed, 2 front and back, 3 typed, 4 the user chooses 1 or 3",
		},
		{Name: paramIDCardUneditableField, Text: "what the user may not correct of a photographed card, with commas between: idcard_name, idcard_number, idcard_valid_date, idcard_issued_by"},
		multiOrientedDetection,
		{Name: paramFMPMode, Text: "forged faces: 1 are scored (the vendor's default) or 0 fail", Values: []string{off, on}},
		{Name: paramLanguage, Text: "language of the page abroad: 0 English (the vendor's default) or 1 Chinese", Values: []string{"0", "1"}},
	},
}

// idCardGiven is the idcard_mode in which the request has name and number.
const idCardGiven = "0"

// calledPorts are the only ports on which the vendor calls a notify_url (参数, notify_url).
var calledPorts = []string{"443", "5000", "16003", "8883", "8028"}

// portOf returns the port of a web URL.
func portOf(text string) string {
	address, err := url.Parse(text)
	switch {
	case err != nil:
		return ""
	case address.Port() != "":
		return address.Port()
	case address.Scheme == "https":
		return "443"
	default:
		return "80"
	}
}

type litePageTarget struct{ *target }

// Issue asks for a token by POST /lite/get_token.
func (t *litePageTarget) Issue(ctx context.Context, call providers.Call) (*providers.Token, error) {
	return t.hostedPage(ctx, call, t.form(call), "/lite/do")
}

func (t *litePageTarget) form(call providers.Call) *form {
	r := call.Request
	f := t.newKeyedForm(call, 12)
	f.personal("return_url", providers.FieldReturnURL, r.ReturnURL)
	f.personal("notify_url", providers.FieldNotifyURL, r.NotifyURL)
	f.uniqueReference(r.Reference, t.Random)
	f.personal("biz_extra_data", providers.FieldExtraData, r.ExtraData)
	f.configured(paramWebTitle, "")
	f.configured(paramSceneID, "")
	f.configured(paramProcedureType, "")
	f.configured(paramProcedurePriority, "")
	f.configured(paramLivenessPreferences, "")
	f.configured(paramGetShootingError, "")
	f.configured(paramMaximumShootingTime, "")
	if photosAlone(r) {
		f.Add("comparison_type", comparePhotos)
		f.personal("uuid", providers.FieldSubjectID, r.SubjectID)
	} else {
		f.Add("comparison_type", compareIDCard)
		f.idCard(r.IdentityDocument)
	}
	f.photos(r.Photos)
	f.setting(paramMultiOrientedDetection, providers.FieldDetectRotatedFaces, flag(r.DetectRotatedFaces), "")
	f.configured(paramFMPMode, "")
	f.configured(paramLanguage, "")
	return f
}

// idCard appends the request's card, or else how the page asks the user for it.
func (f *form) idCard(card *providers.IdentityDocument) {
	if card == nil {
		f.configured(paramIDCardMode, "")
		f.configured(paramIDCardUneditableField, "")
		return
	}
	f.Add(paramIDCardMode, idCardGiven)
	f.personal("idcard_name", providers.FieldIdentityDocumentName, card.Name)
	f.personal("idcard_number", providers.FieldIdentityDocumentNumber, card.Number)
}

// uniqueReference appends the caller's business number, or else a new one.
func (f *form) uniqueReference(number string, random func([]byte)) {
	if number != "" {
		f.reference(number)
		return
	}
	f.Reference = bodies.RandomText(random, bizNoLength)
	f.Add("biz_no", f.Reference)
}
