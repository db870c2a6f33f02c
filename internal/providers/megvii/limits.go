package megvii

import (
	"regexp"
	"strconv"
	"unicode/utf8"

	"github.com/liveness-gateway/gateway/internal/providers"
)

// idCardNumber is the form of INVALID_IDCARD_NUMBER's description (PC-GetToken).
var idCardNumber = regexp.MustCompile(`^[0-9]{17}[0-9Xx]$`)

const maxNameCharacters = 32 // PC-GetToken, INVALID_NAME_FORMAT

func subjectIDLimit(maxBytes int) providers.Limit {
	return providers.AtMostBytes(providers.FieldSubjectID, maxBytes,
		func(r *providers.Request) string { return r.SubjectID.Reveal() })
}

func referenceLimit(maxBytes int) providers.Limit {
	return providers.AtMostBytes(providers.FieldReference, maxBytes,
		func(r *providers.Request) string { return r.Reference })
}

// referenceCharacterLimit is Raw-GetRandomNumber's, which alone counts characters.
func referenceCharacterLimit(most int) providers.Limit {
	return providers.Limit{
		Field:  providers.FieldReference,
		Text:   "at most " + strconv.Itoa(most) + " characters",
		Reason: providers.ArgumentRejected,
		Allows: func(r *providers.Request) bool { return utf8.RuneCountInString(r.Reference) <= most },
	}
}

func photoLimit(most int) providers.Limit {
	return providers.Limit{
		Field:  providers.FieldPhotos,
		Text:   "at most " + strconv.Itoa(most) + " photos",
		Reason: providers.ArgumentRejected,
		Allows: func(r *providers.Request) bool { return len(r.Photos) <= most },
	}
}

var nameLimit = providers.Limit{
	Field:  providers.FieldIDCardName,
	Text:   "must be 1 to 32 characters of UTF-8",
	Reason: providers.IDCardNameInvalid,
	Allows: func(r *providers.Request) bool {
		name := r.IDCard.Name.Reveal()
		return name != "" && utf8.ValidString(name) && utf8.RuneCountInString(name) <= maxNameCharacters
	},
}

var numberLimit = providers.Limit{
	Field:  providers.FieldIDCardNumber,
	Text:   "must be 17 digits and a digit, X or x",
	Reason: providers.IDCardNumberInvalid,
	Allows: func(r *providers.Request) bool { return idCardNumber.MatchString(r.IDCard.Number.Reveal()) },
}
