package providers_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

func TestAsks(t *testing.T) {
	card := &providers.IdentityDocument{Name: sensitive.New("张三"), Number: sensitive.New("11010119900307001X")}
	tests := map[string]struct {
		request providers.Request
		want    []providers.Field
	}{
		"nothing": {},
		"identity": {
			providers.Request{SubjectID: sensitive.New("u"), Reference: "r"},
			[]providers.Field{providers.FieldSubjectID, providers.FieldReference},
		},
		"an identity document brings its parts": {
			providers.Request{IdentityDocument: card},
			[]providers.Field{
				providers.FieldIdentityDocument, providers.FieldIdentityDocumentType, providers.FieldIdentityDocumentCountry,
				providers.FieldIdentityDocumentName, providers.FieldIdentityDocumentNumber,
			},
		},
		"photos":     {providers.Request{Photos: photos(2)}, []providers.Field{providers.FieldPhotos}},
		"return url": {providers.Request{ReturnURL: sensitive.New("u")}, []providers.Field{providers.FieldReturnURL}},
		"notify url": {providers.Request{NotifyURL: sensitive.New("u")}, []providers.Field{providers.FieldNotifyURL}},
		"extra data": {providers.Request{ExtraData: sensitive.New("x")}, []providers.Field{providers.FieldExtraData}},
		"lifetime":   {providers.Request{TokenLifetime: time.Minute}, []providers.Field{providers.FieldTokenLifetime}},
		"uploads":    {providers.Request{MaxUploads: 2}, []providers.Field{providers.FieldMaxUploads}},
		"colours":    {providers.Request{FlashColors: 4}, []providers.Field{providers.FieldFlashColors}},
		"language":   {providers.Request{Language: "en"}, []providers.Field{providers.FieldLanguage}},
		"faces, reject": {
			providers.Request{MultipleFaces: providers.RejectMultipleFaces},
			[]providers.Field{providers.FieldMultipleFaces},
		},
		"faces, largest": {
			providers.Request{MultipleFaces: providers.UseLargestFace},
			[]providers.Field{providers.FieldMultipleFaces},
		},
		"true asks": {
			providers.Request{
				DetectRotatedFaces: new(true), ScreenReplayCheck: new(true),
				FaceOcclusionCheck: new(true), ReportMultipleFaces: new(true),
			},
			[]providers.Field{
				providers.FieldDetectRotatedFaces, providers.FieldScreenReplayCheck,
				providers.FieldFaceOcclusionCheck, providers.FieldReportMultipleFaces,
			},
		},
		"false does not": {request: providers.Request{
			DetectRotatedFaces: new(false), ScreenReplayCheck: new(false),
			FaceOcclusionCheck: new(false), ReportMultipleFaces: new(false),
		}},
		"id card":   {providers.Request{Detection: providers.DetectIDCard}, []providers.Field{providers.FieldDetection}},
		"bank card": {providers.Request{Detection: providers.DetectBankCard}, []providers.Field{providers.FieldDetection}},
		"metadata":  {providers.Request{ClientMetadata: sensitive.New("{}")}, []providers.Field{providers.FieldClientMetadata}},
		"device":    {providers.Request{DeviceID: sensitive.New("d-1")}, []providers.Field{providers.FieldDeviceID}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, test.want, slices.Collect(test.request.Asks().Each))
		})
	}
}

func TestPhotoBytes(t *testing.T) {
	r := providers.Request{Photos: []sensitive.Bytes{sensitive.NewBytes([]byte("abc")), {}, sensitive.NewBytes([]byte("de"))}}
	require.Equal(t, 5, r.PhotoBytes())
}

func TestFlowNames(t *testing.T) {
	var names []string
	for _, flow := range providers.Flows() {
		names = append(names, flow.String())
	}
	require.Equal(t, []string{"app_sdk", "hosted_page", "js_sdk", "spoken_digits"}, names)
	require.Empty(t, providers.Flow(0).String())
}
