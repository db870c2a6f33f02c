package providers

import (
	"strconv"
	"strings"
)

// Field is a field of the contract that a provider can need, honour or refuse,
// or that steers routing.
type Field uint8

// The fields, in the order of the contract.
const (
	FieldNone Field = iota
	FieldIdempotencyKey
	FieldFlow
	FieldScenario
	FieldAcceptedProducts
	FieldRegions
	FieldSubjectID
	FieldReference
	FieldIdentityDocument
	FieldIdentityDocumentType
	FieldIdentityDocumentCountry
	FieldIdentityDocumentName
	FieldIdentityDocumentNumber
	FieldPhotos
	FieldDetectRotatedFaces
	FieldMultipleFaces
	FieldReturnURL
	FieldNotifyURL
	FieldExtraData
	FieldTokenLifetime
	FieldMaxUploads
	FieldFlashColors
	FieldScreenReplayCheck
	FieldFaceOcclusionCheck
	FieldReportMultipleFaces
	FieldLanguage
	FieldDetection
	FieldClientMetadata
	FieldDeviceID
	fieldCount
)

var fieldPaths = [fieldCount]string{
	FieldIdempotencyKey:          "idempotency_key",
	FieldFlow:                    "flow",
	FieldScenario:                "scenario",
	FieldAcceptedProducts:        "accepted_products",
	FieldRegions:                 "regions",
	FieldSubjectID:               "subject_id",
	FieldReference:               "reference",
	FieldIdentityDocument:        "comparison.identity_document",
	FieldIdentityDocumentType:    "comparison.identity_document.type",
	FieldIdentityDocumentCountry: "comparison.identity_document.country",
	FieldIdentityDocumentName:    "comparison.identity_document.name",
	FieldIdentityDocumentNumber:  "comparison.identity_document.number",
	FieldPhotos:                  "comparison.photos",
	FieldDetectRotatedFaces:      "comparison.detect_rotated_faces",
	FieldMultipleFaces:           "comparison.multiple_faces",
	FieldReturnURL:               "callback.return_url",
	FieldNotifyURL:               "callback.notify_url",
	FieldExtraData:               "callback.extra_data",
	FieldTokenLifetime:           "token_lifetime",
	FieldMaxUploads:              "capture.max_uploads",
	FieldFlashColors:             "capture.flash_colors",
	FieldScreenReplayCheck:       "capture.screen_replay_check",
	FieldFaceOcclusionCheck:      "capture.face_occlusion_check",
	FieldReportMultipleFaces:     "capture.report_multiple_faces",
	FieldLanguage:                "capture.language",
	FieldDetection:               "detection",
	FieldClientMetadata:          "client_metadata",
	FieldDeviceID:                "device_id",
}

// String returns the field's path in the proto contract, "" for FieldNone.
func (f Field) String() string { return fieldPaths[f] }

// Path is the place of a value in a request as a proto path, for example
// "callback.return_url".
type Path string

// Path returns the place of the field as a whole.
func (f Field) Path() Path { return Path(f.String()) }

// holds reports whether the path is the field's, or is within the field.
func (f Field) holds(path Path) bool {
	rest, ok := strings.CutPrefix(string(path), f.String())
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// PhotoPath returns the place of one photo, counted from 1 as vendors do:
// PhotoPath(2) is "comparison.photos[1]".
func PhotoPath(number int) Path {
	return FieldPhotos.Path() + Path("["+strconv.Itoa(number-1)+"]")
}

// Fields is a set of fields.
type Fields uint32

// FieldSet returns the set of fields.
func FieldSet(fields ...Field) Fields {
	var set Fields
	for _, f := range fields {
		set |= 1 << f
	}
	return set
}

// Has reports whether f is in the set.
func (s Fields) Has(f Field) bool { return s&(1<<f) != 0 }

// Hold reports whether the path is that of a field of the set, or is within one.
func (s Fields) Hold(path Path) bool {
	for f := range s.Each {
		if f.holds(path) {
			return true
		}
	}
	return false
}

// Each calls yield for every field of the set, in the order of the contract.
func (s Fields) Each(yield func(Field) bool) {
	for f := range fieldCount {
		if s.Has(f) && !yield(f) {
			return
		}
	}
}
