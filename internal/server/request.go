package server

import (
	"strings"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

var flows = map[livenessv1.Flow]providers.Flow{
	livenessv1.Flow_FLOW_APP_SDK:       providers.FlowAppSDK,
	livenessv1.Flow_FLOW_HOSTED_PAGE:   providers.FlowHostedPage,
	livenessv1.Flow_FLOW_JS_SDK:        providers.FlowJSSDK,
	livenessv1.Flow_FLOW_SPOKEN_DIGITS: providers.FlowSpokenDigits,
}

var multipleFacesRules = map[livenessv1.MultipleFaces]providers.MultipleFacesRule{
	livenessv1.MultipleFaces_MULTIPLE_FACES_REJECT:      providers.RejectMultipleFaces,
	livenessv1.MultipleFaces_MULTIPLE_FACES_USE_LARGEST: providers.UseLargestFace,
}

var detections = map[livenessv1.Detection]providers.Detection{
	livenessv1.Detection_DETECTION_LIVENESS:      providers.DetectLiveness,
	livenessv1.Detection_DETECTION_ID_CARD_OCR:   providers.DetectIDCard,
	livenessv1.Detection_DETECTION_BANK_CARD_OCR: providers.DetectBankCard,
}

// queryOf reads a call's valid message.
func queryOf(call *Call) routing.Query {
	message := call.Request
	query := routing.Query{
		Flow:             flows[message.GetFlow()],
		Scenario:         message.GetScenario(),
		AcceptedProducts: message.GetAcceptedProducts(),
		Regions:          message.GetRegions(),
		IdempotencyKey:   message.GetIdempotencyKey(),
		Request:          requestOf(message, call.photos),
	}
	if len(call.photos) > 0 {
		query.ReleasePhotos = call.letGo
	}
	return query
}

func requestOf(message *livenessv1.IssueLivenessTokenRequest, photos []sensitive.Bytes) *providers.Request {
	request := &providers.Request{
		SubjectID:     sensitive.New(message.GetSubjectId()),
		Photos:        photos,
		Reference:     message.GetReference(),
		TokenLifetime: message.GetTokenLifetime().AsDuration(),
		ReturnURL:     sensitive.New(message.GetCallback().GetReturnUrl()),
		NotifyURL:     sensitive.New(message.GetCallback().GetNotifyUrl()),
		ExtraData:     sensitive.New(message.GetCallback().GetExtraData()),
		Detection:     detections[message.GetDetection()],
	}
	if comparison := message.GetComparison(); comparison != nil {
		readComparison(comparison, request)
	}
	if capture := message.GetCapture(); capture != nil {
		readCapture(capture, request)
	}
	return request
}

func readComparison(comparison *livenessv1.Comparison, request *providers.Request) {
	if card := comparison.GetIdCard(); card != nil {
		request.IDCard = &providers.IDCard{Name: sensitive.New(card.GetName()), Number: sensitive.New(card.GetNumber())}
	}
	request.DetectRotatedFaces = comparison.DetectRotatedFaces
	request.MultipleFaces = multipleFacesRules[comparison.GetMultipleFaces()]
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
