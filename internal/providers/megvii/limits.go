package megvii

import (
	"regexp"
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
