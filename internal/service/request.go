package service

import (
	"strings"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing"
	"github.com/liveness-gateway/gateway/internal/routing/route"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

var multipleFacesRules = map[livenessv1.MultipleFaces]providers.MultipleFacesRule{
	livenessv1.MultipleFaces_MULTIPLE_FACES_REJECT:      providers.RejectMultipleFaces,
	livenessv1.MultipleFaces_MULTIPLE_FACES_USE_LARGEST: providers.UseLargestFace,
}

var identityDocumentTypes = map[livenessv1.IdentityDocumentType]providers.IdentityDocumentType{
	livenessv1.IdentityDocumentType_IDENTITY_DOCUMENT_TYPE_IDENTITY_CARD:    providers.IdentityCard,
	livenessv1.IdentityDocumentType_IDENTITY_DOCUMENT_TYPE_PASSPORT:         providers.Passport,
	livenessv1.IdentityDocumentType_IDENTITY_DOCUMENT_TYPE_RESIDENCE_PERMIT: providers.ResidencePermit,
}

// detections does not have liveness, which is the default.
var detections = map[livenessv1.Detection]providers.Detection{
	livenessv1.Detection_DETECTION_ID_CARD_OCR:   providers.DetectIDCard,
	livenessv1.Detection_DETECTION_BANK_CARD_OCR: providers.DetectBankCard,
}

// queryOf turns a call's valid message into a query.
func queryOf(c *call.Call) *routing.Query {
	message := c.Request
	both := &struct { // one allocation
		query   routing.Query
		request providers.Request
	}{request: requestOf(message, c.Photos)}
	query := &both.query
	query.Table, query.RequestID = c.Settings.Table(), c.RequestID
	query.Query = route.Query{
		Caller:           c.CallerName(),
		Flow:             call.FlowOf(message.GetFlow()),
		Scenario:         message.GetScenario(),
		AcceptedProducts: message.GetAcceptedProducts(),
		Regions:          message.GetRegions(),
		IdempotencyKey:   message.GetIdempotencyKey(),
		Request:          &both.request,
	}
	if len(c.Photos) > 0 {
		query.ReleasePhotos = c.ReleasePhotos
	}
	return query
}

func requestOf(message *livenessv1.IssueLivenessTokenRequest, photos []sensitive.Bytes) providers.Request {
	request := providers.Request{
		SubjectID:     sensitive.New(message.GetSubjectId()),
		Photos:        photos,
		Reference:     message.GetReference(),
		TokenLifetime: message.GetTokenLifetime().AsDuration(),
		ReturnURL:     sensitive.New(message.GetCallback().GetReturnUrl()),
		NotifyURL:     sensitive.New(message.GetCallback().GetNotifyUrl()),
		ExtraData:     sensitive.New(message.GetCallback().GetExtraData()),
		Detection:     detections[message.GetDetection()],

		ClientMetadata: sensitive.New(message.GetClientMetadata()),
		DeviceID:       sensitive.New(message.GetDeviceId()),
	}
	if comparison := message.GetComparison(); comparison != nil {
		readComparison(comparison, &request)
	}
	if capture := message.GetCapture(); capture != nil {
		readCapture(capture, &request)
	}
	return request
}

func readComparison(comparison *livenessv1.Comparison, request *providers.Request) {
	if document := comparison.GetIdentityDocument(); document != nil {
		request.IdentityDocument = &providers.IdentityDocument{
			Type: identityDocumentTypes[document.GetType()], Country: sensitive.New(document.GetCountry()),
			Name: sensitive.New(document.GetName()), Number: sensitive.New(document.GetNumber()),
		}
	}
	request.DetectRotatedFaces = comparison.DetectRotatedFaces
	request.MultipleFaces = multipleFacesRules[comparison.GetMultipleFaces()]
	request.ComparisonOptional = comparison.GetOptional()
}

func readCapture(capture *livenessv1.Capture, request *providers.Request) {
	request.MaxUploads = int(capture.GetMaxUploads())
	request.FlashColors = int(capture.GetFlashColors())
	request.ScreenReplayCheck = capture.ScreenReplayCheck
	request.FaceOcclusionCheck = capture.FaceOcclusionCheck
	request.ReportMultipleFaces = capture.ReportMultipleFaces
	primary, _, _ := strings.Cut(capture.GetLanguage(), "-")
	request.Language = strings.ToLower(primary)
}
