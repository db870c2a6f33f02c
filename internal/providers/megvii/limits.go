package megvii

import (
	"unicode/utf8"

	"github.com/liveness-gateway/gateway/internal/providers"
)

const maxNameCharacters = 32 // PC-GetToken, INVALID_NAME_FORMAT

const (
	// maxRequestBytes is of h5-flash (Universal Errors, Request Entity Too Large) and app-v3.
	maxRequestBytes = 20_000_000
	// parameterBytes is an upper bound of the request without its photos.
	parameterBytes = 8 << 10
)

var requestLimit = providers.Limit{
	Field: providers.FieldPhotos, Text: "at most 20 MB together with all other parameters",
	Reason: providers.RequestTooLarge,
	Allows: func(r *providers.Request) bool { return r.PhotoBytes() <= maxRequestBytes-parameterBytes },
}

func subjectIDLimit(maxBytes int) providers.Limit {
	return providers.AtMostBytes(providers.FieldSubjectID, maxBytes)
}

// referenceLimit is of every biz_no but random-number's, which counts characters.
var referenceLimit = providers.AtMostBytes(providers.FieldReference, 128)

var nameLimit = providers.Limit{
	Field:  providers.FieldIdentityDocumentName,
	Text:   "must be 1 to 32 characters of UTF-8",
	Reason: providers.IdentityNameInvalid,
	Allows: func(r *providers.Request) bool {
		name := r.IdentityDocument.Name.Reveal()
		return name != "" && utf8.ValidString(name) && utf8.RuneCountInString(name) <= maxNameCharacters
	},
}

// nameGivenLimit is of app-v3, which states no length.
var nameGivenLimit = providers.Limit{
	Field:  providers.FieldIdentityDocumentName,
	Text:   "must be UTF-8 and not empty",
	Reason: providers.IdentityNameInvalid,
	Allows: func(r *providers.Request) bool {
		name := r.IdentityDocument.Name.Reveal()
		return name != "" && utf8.ValidString(name)
	},
}

// numberOf18Limit is of app-v3 (参数, idcard_number).
var numberOf18Limit = providers.Limit{
	Field:  providers.FieldIdentityDocumentNumber,
	Text:   "must be 18 characters",
	Reason: providers.IdentityNumberInvalid,
	Allows: func(r *providers.Request) bool {
		return !r.IdentityDocument.IsResidentCard() || utf8.RuneCountInString(r.IdentityDocument.Number.Reveal()) == 18
	},
}

// extraDataLimit is of biz_extra_data.
var extraDataLimit = providers.AtMostBytes(providers.FieldExtraData, 4096)
