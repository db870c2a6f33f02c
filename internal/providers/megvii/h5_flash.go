package megvii

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/liveness-gateway/gateway/internal/providers"
)

const documentH5Flash = "Megvii: H5-Lite RAW-GetToken"

var h5Flash = providers.Product{
	ID:       Name + ".h5-flash",
	Flows:    []providers.Flow{providers.FlowJSSDK},
	Document: documentH5Flash,
	Endpoint: "/lite/raw/get_token",
	Lifetime: time.Hour, // API Response, token
	Needs: []providers.Need{
		{Field: providers.FieldSubjectID},
		{Field: providers.FieldPhotos},
	},
	Honours: providers.FieldSet(
		providers.FieldPhotos, providers.FieldDetectRotatedFaces, providers.FieldMultipleFaces,
		providers.FieldTokenLifetime, providers.FieldMaxUploads, providers.FieldFlashColors,
		providers.FieldFaceOcclusionCheck, providers.FieldReportMultipleFaces, providers.FieldLanguage,
	),
	Identity: providers.FieldSet(providers.FieldSubjectID, providers.FieldReference),
	Limits: []providers.Limit{
		subjectIDLimit(512),
		referenceLimit,
		providers.AtMostPhotos(2),
		requestLimit,
		{
			Field: providers.FieldTokenLifetime, Text: "must be 5 to 1440 whole minutes",
			Reason: providers.ArgumentRejected, Allows: lifetimeAllowed,
		},
		{
			Field: providers.FieldMaxUploads, Text: "must be 2 to 5", Reason: providers.ArgumentRejected,
			Allows: func(r *providers.Request) bool { return r.MaxUploads >= 2 && r.MaxUploads <= 5 },
		},
		{
			Field: providers.FieldFlashColors, Text: "must be 4, 6 or 8", Reason: providers.ArgumentRejected,
			Allows: func(r *providers.Request) bool { return slices.Contains(colorNumbers, strconv.Itoa(r.FlashColors)) },
		},
		{
			Field: providers.FieldLanguage, Text: "must be en or zh", Reason: providers.NoEligibleProduct,
			Allows: func(r *providers.Request) bool { return languages[r.Language] != "" },
		},
	},
	Parameters: []providers.Parameter{
		{Name: paramColorNumber, Text: "number of colours flashed: 4, 6 (default) or 8", Values: colorNumbers},
		{Name: paramLivenessPreferences, Text: "strictness: none (the vendor's default)", Values: []string{"none"}},
		{Name: paramLanguage, Text: "language of the prompts: 0 English (the vendor's default) or 1 Chinese", Values: []string{"0", "1"}},
		multiOrientedDetection,
		{
			Name: paramFailWhenRefMultipleFaces, Values: []string{off, on},
			Text: "photos with several faces: 0 compare the largest or 1 refuse (the vendor's default)",
		},
		{Name: paramMaxUploadTimes, Text: "how many times the user may try, 2 to 5 (default)", Least: 2, Most: 5},
		{Name: paramLifeTime, Text: "lifetime of the token in minutes, 5 to 1440; 60 by default", Least: 5, Most: 1440},
		{Name: paramReturnMultifacesTag, Text: "report several faces: 0 (the vendor's default) or 1", Values: []string{off, on}},
		{Name: paramFaceOcclusionDetection, Text: "fail when the face is covered: 0 (the vendor's default) or 1", Values: []string{off, on}},
	},
}

// What the document recommends (Parameters).
const (
	recommendedColors   = "6"
	recommendedUploads  = "5"
	recommendedLifeTime = "60"
)

var (
	colorNumbers = []string{"4", "6", "8"}
	// languages are the values of language.
	languages = map[string]string{"en": "0", "zh": "1"}
	// multipleFaces are the values of fail_when_ref_multiple_faces.
	multipleFaces = [...]string{providers.RejectMultipleFaces: on, providers.UseLargestFace: off}
)

func lifetimeAllowed(r *providers.Request) bool {
	return r.TokenLifetime%time.Minute == 0 &&
		r.TokenLifetime >= 5*time.Minute && r.TokenLifetime <= 1440*time.Minute
}

type h5FlashTarget struct{ *target }

// Issue asks for a token by POST /lite/raw/get_token.
func (t *h5FlashTarget) Issue(ctx context.Context, call providers.Call) (*providers.Token, error) {
	f, lifetime := t.form(call)
	reply, failure := t.post(ctx, call, f)
	if failure != nil {
		return nil, failure
	}
	token, failure := t.token(reply, reply.Token, call, lifetime)
	if failure != nil {
		return nil, failure
	}
	token.SessionID = reply.sessionID(reply.Token)
	return token, nil
}

// form returns the body and the lifetime that it requests.
func (t *h5FlashTarget) form(call providers.Call) (*form, time.Duration) {
	r := call.Request
	f := t.newKeyedForm(call, 14)
	f.reference(r.Reference)
	f.setting(paramColorNumber, providers.FieldFlashColors, number(r.FlashColors), recommendedColors)
	f.configured(paramLivenessPreferences, "")
	f.setting(paramLanguage, providers.FieldLanguage, languages[r.Language], "")
	f.Add(paramProcedureType, "raw_flash")
	f.Add("comparison_type", comparePhotos)
	f.personal("uuid", providers.FieldSubjectID, r.SubjectID)
	f.photos(r.Photos)
	f.setting(paramMultiOrientedDetection, providers.FieldDetectRotatedFaces, flag(r.DetectRotatedFaces), "")
	f.setting(paramFailWhenRefMultipleFaces, providers.FieldMultipleFaces, multipleFaces[r.MultipleFaces], "")
	f.setting(paramMaxUploadTimes, providers.FieldMaxUploads, number(r.MaxUploads), recommendedUploads)
	lifetime := f.setting(paramLifeTime, providers.FieldTokenLifetime, number(int(r.TokenLifetime/time.Minute)), recommendedLifeTime)
	f.setting(paramReturnMultifacesTag, providers.FieldReportMultipleFaces, flag(r.ReportMultipleFaces), "")
	f.setting(paramFaceOcclusionDetection, providers.FieldFaceOcclusionCheck, flag(r.FaceOcclusionCheck), "")

	minutes, _ := strconv.Atoi(lifetime) // all three sources have been validated
	return f, time.Duration(minutes) * time.Minute
}
