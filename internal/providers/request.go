package providers

import (
	"slices"
	"time"

	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// Flow is what the end user does.
type Flow uint8

// The flows of the contract.
const (
	FlowAppSDK Flow = iota + 1
	FlowHostedPage
	FlowJSSDK
	FlowSpokenDigits
)

var flowNames = [...]string{
	FlowAppSDK:       "app_sdk",
	FlowHostedPage:   "hosted_page",
	FlowJSSDK:        "js_sdk",
	FlowSpokenDigits: "spoken_digits",
}

// String returns the flow's name in configuration, metrics and logs, "" for no
// flow.
func (f Flow) String() string { return flowNames[f] }

// ParseFlow returns the flow of that name, 0 if there is none.
func ParseFlow(name string) Flow { return Flow(max(0, slices.Index(flowNames[:], name))) }

// Flows returns every flow, in the order of the contract.
func Flows() []Flow { return []Flow{FlowAppSDK, FlowHostedPage, FlowJSSDK, FlowSpokenDigits} }

// MultipleFacesRule is what to do with a photo that shows several faces; the zero
// value asks for nothing.
type MultipleFacesRule uint8

// The rules of the contract.
const (
	RejectMultipleFaces MultipleFacesRule = iota + 1
	UseLargestFace
)

// String returns the rule in words, "" for none.
func (r MultipleFacesRule) String() string { return [...]string{"", "reject", "use largest"}[r] }

// Detection is what the vendor's client detects; the zero value is liveness, which
// every product does.
type Detection uint8

// The other detections of the contract.
const (
	DetectIDCard Detection = iota + 1
	DetectBankCard
)

// Request is what a caller asks of whichever product serves it: the contract's identity and effect
// fields, without those that steer routing. Zero values and nil mean that a field is absent. Many
// targets read a request, and none changes it.
type Request struct {
	SubjectID sensitive.String
	Reference string

	IdentityDocument   *IdentityDocument
	Photos             []sensitive.Bytes
	DetectRotatedFaces *bool
	MultipleFaces      MultipleFacesRule
	// ComparisonOptional says that a product that compares nothing may serve too.
	ComparisonOptional bool

	ReturnURL, NotifyURL sensitive.String
	ExtraData            sensitive.String

	TokenLifetime time.Duration

	MaxUploads, FlashColors int
	ScreenReplayCheck       *bool
	FaceOcclusionCheck      *bool
	ReportMultipleFaces     *bool
	// Language is a BCP 47 primary subtag in lower case.
	Language string

	Detection Detection

	// ClientMetadata is what the vendor's client handed over; it is passed on unchanged.
	ClientMetadata sensitive.String
	DeviceID       sensitive.String
}

// IdentityDocument is a document by which a data source knows the user.
type IdentityDocument struct {
	Type IdentityDocumentType
	// Country issued it: ISO 3166-1 alpha-2, in capitals.
	Country      sensitive.String
	Name, Number sensitive.String
}

// IdentityDocumentType is what an identity document is.
type IdentityDocumentType uint8

// The identity documents of the contract.
const (
	IdentityCard IdentityDocumentType = iota + 1
	Passport
	ResidencePermit
)

// Effects are the fields that change what a vendor does. A product cannot serve a request with one that
// it does not honour.
var Effects = FieldSet(
	FieldIdentityDocument, FieldPhotos, FieldDetectRotatedFaces, FieldMultipleFaces,
	FieldReturnURL, FieldNotifyURL, FieldExtraData, FieldTokenLifetime,
	FieldMaxUploads, FieldFlashColors, FieldScreenReplayCheck, FieldFaceOcclusionCheck,
	FieldReportMultipleFaces, FieldLanguage, FieldDetection, FieldClientMetadata, FieldDeviceID,
)

// Comparison are the fields that say what the user is compared with, and how.
var Comparison = FieldSet(FieldIdentityDocument, FieldPhotos, FieldDetectRotatedFaces, FieldMultipleFaces)

// withoutComparison returns a copy of the request that asks for no comparison.
func (r *Request) withoutComparison() *Request {
	without := *r
	without.IdentityDocument, without.Photos, without.DetectRotatedFaces, without.MultipleFaces = nil, nil, nil, 0
	without.ComparisonOptional = false
	return &without
}

// Asks returns the fields that are present and ask for something. False asks for
// nothing.
func (r *Request) Asks() Fields {
	var asked Fields
	add := func(f Field, present bool) {
		if present {
			asked |= 1 << f
		}
	}
	add(FieldSubjectID, !r.SubjectID.IsZero())
	add(FieldReference, r.Reference != "")
	add(FieldIdentityDocument, r.IdentityDocument != nil)
	add(FieldIdentityDocumentType, r.IdentityDocument != nil)
	add(FieldIdentityDocumentCountry, r.IdentityDocument != nil)
	add(FieldIdentityDocumentName, r.IdentityDocument != nil)
	add(FieldIdentityDocumentNumber, r.IdentityDocument != nil)
	add(FieldPhotos, len(r.Photos) > 0)
	add(FieldDetectRotatedFaces, isTrue(r.DetectRotatedFaces))
	add(FieldMultipleFaces, r.MultipleFaces != 0)
	add(FieldReturnURL, !r.ReturnURL.IsZero())
	add(FieldNotifyURL, !r.NotifyURL.IsZero())
	add(FieldExtraData, !r.ExtraData.IsZero())
	add(FieldTokenLifetime, r.TokenLifetime != 0)
	add(FieldMaxUploads, r.MaxUploads != 0)
	add(FieldFlashColors, r.FlashColors != 0)
	add(FieldScreenReplayCheck, isTrue(r.ScreenReplayCheck))
	add(FieldFaceOcclusionCheck, isTrue(r.FaceOcclusionCheck))
	add(FieldReportMultipleFaces, isTrue(r.ReportMultipleFaces))
	add(FieldLanguage, r.Language != "")
	add(FieldDetection, r.Detection != 0)
	add(FieldClientMetadata, !r.ClientMetadata.IsZero())
	add(FieldDeviceID, !r.DeviceID.IsZero())
	return asked
}

func isTrue(b *bool) bool { return b != nil && *b }

// PhotoBytes returns the size of all photos together.
func (r *Request) PhotoBytes() int {
	total := 0
	for _, photo := range r.Photos {
		total += photo.Len()
	}
	return total
}
