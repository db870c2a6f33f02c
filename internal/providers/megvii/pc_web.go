package megvii

import (
	"context"
	"net/url"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

const documentPCWeb = "Megvii: PC-GetToken (liveness v2)"

// pcWeb has no documented lifetime: every answer states its own in expired_time.
var pcWeb = providers.Product{
	ID:       Name + ".pc-web",
	Flows:    []providers.Flow{providers.FlowHostedPage},
	Document: documentPCWeb,
	Endpoint: "/liveness/v2/get_token",
	Use:      providers.SingleUse, // 返回值说明, token
	Needs: []providers.Need{
		{Field: providers.FieldReturnURL},
		{Field: providers.FieldNotifyURL},
		{Field: providers.FieldSubjectID, When: &providers.Condition{
			Text: "with photos and no identity document", Holds: photosAlone,
		}},
	},
	Honours: providers.FieldSet(
		providers.FieldIdentityDocument, providers.FieldPhotos,
		providers.FieldDetectRotatedFaces, providers.FieldMultipleFaces,
		providers.FieldReturnURL, providers.FieldNotifyURL, providers.FieldExtraData,
		providers.FieldScreenReplayCheck,
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
		extraDataLimit,
	},
	Parameters: []providers.Parameter{
		{Name: paramSceneID, Text: "scene set up in the vendor's console; the console's default scene if left out"},
		{Name: paramScreenReplay, Text: "check for a filmed screen: 0 (the vendor's default) or 1", Values: []string{off, on}},
		multiOrientedDetection,
	},
}

// Values of comparison_type (参数).
const (
	compareNothing = "-1"
	comparePhotos  = "0"
	compareIDCard  = "1"
)

// bizNoLength is the length of a generated biz_no, within the 128 bytes of 参数.
const bizNoLength = 32

type pcWebTarget struct{ *target }

// Issue asks for a token by POST /liveness/v2/get_token.
func (t *pcWebTarget) Issue(ctx context.Context, call providers.Call) (*providers.Token, error) {
	return t.hostedPage(ctx, call, t.form(call), "/liveness/v2/do") // DoLiveness
}

// hostedPage asks for a token that starts the vendor's page of that path.
func (t *target) hostedPage(ctx context.Context, call providers.Call, f *form, path string) (*providers.Token, error) {
	reply, failure := t.post(ctx, call, f)
	if failure != nil {
		return nil, failure
	}
	token, failure := t.token(reply, reply.Token, call, 0)
	if failure != nil {
		return nil, failure
	}
	token.SessionID = reply.sessionID(reply.Token)
	token.Client.URL = t.pageURL(path, token.Value)
	token.Reference = call.MadeReference(f.Reference)
	return token, nil
}

func (t *target) pageURL(path string, token sensitive.String) sensitive.String {
	page := t.URL(path)
	page.RawQuery = "token=" + url.QueryEscape(token.Reveal())
	return sensitive.New(page.String())
}

func (t *pcWebTarget) form(call providers.Call) *form {
	r := call.Request
	f := t.newKeyedForm(call, 11)
	f.Add("comparison_type", comparisonType(r))
	if r.IdentityDocument != nil {
		f.personal("idcard_name", providers.FieldIdentityDocumentName, r.IdentityDocument.Name)
		f.personal("idcard_number", providers.FieldIdentityDocumentNumber, r.IdentityDocument.Number)
	}
	if photosAlone(r) {
		f.personal("uuid", providers.FieldSubjectID, r.SubjectID)
	}
	f.photos(r.Photos)
	f.personal("return_url", providers.FieldReturnURL, r.ReturnURL)
	f.personal("notify_url", providers.FieldNotifyURL, r.NotifyURL)
	f.uniqueReference(r.Reference, t.Random)
	f.personal("biz_extra_data", providers.FieldExtraData, r.ExtraData)
	f.configured(paramSceneID, "")
	f.setting(paramScreenReplay, providers.FieldScreenReplayCheck, flag(r.ScreenReplayCheck), "")
	f.setting(paramMultiOrientedDetection, providers.FieldDetectRotatedFaces, flag(r.DetectRotatedFaces), "")
	return f
}

func comparisonType(r *providers.Request) string {
	switch {
	case r.IdentityDocument != nil:
		return compareIDCard
	case len(r.Photos) > 0:
		return comparePhotos
	default:
		return compareNothing
	}
}

// photosAlone reports whether the request is one of comparison_type 0, the only one
// that takes a uuid.
func photosAlone(r *providers.Request) bool { return comparisonType(r) == comparePhotos }
