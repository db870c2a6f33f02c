package providers

import (
	"regexp"
	"strings"

	"github.com/liveness-gateway/gateway/internal/sensitive"
)

const china = "CN" // ISO 3166-1

// residentNumber is GB 11643, the national standard.
var residentNumber = regexp.MustCompile(`^[0-9]{17}[0-9Xx]$`)

// IdentityCardsAlone refuses documents of another type.
func IdentityCardsAlone() Limit {
	return Limit{
		Field: FieldIdentityDocumentType, Text: "must be an identity card", Reason: NoEligibleProduct,
		Allows: func(r *Request) bool { return r.IdentityDocument.Type == IdentityCard },
	}
}

// OfChinaAlone refuses documents of another country.
func OfChinaAlone() Limit {
	return Limit{
		Field: FieldIdentityDocumentCountry, Text: "must be " + china, Reason: NoEligibleProduct,
		Allows: func(r *Request) bool { return r.IdentityDocument.Country.Reveal() == china },
	}
}

// ResidentCardNumber refuses numbers that no identity card of China can have, and no numbers of other
// documents.
func ResidentCardNumber() Limit {
	return Limit{
		Field: FieldIdentityDocumentNumber, Text: "must be 17 digits and a digit, X or x", Reason: IdentityNumberInvalid,
		Allows: func(r *Request) bool {
			return !r.IdentityDocument.IsResidentCard() || residentNumber.MatchString(r.IdentityDocument.Number.Reveal())
		},
	}
}

// IsResidentCard reports whether the document is an identity card of China.
func (d *IdentityDocument) IsResidentCard() bool {
	return d.Type == IdentityCard && d.Country.Reveal() == china
}

// NumberInCapitals is the number as GB 11643 writes it, with a capital X: some vendors take no other.
func (d *IdentityDocument) NumberInCapitals() sensitive.String {
	return sensitive.New(strings.ToUpper(d.Number.Reveal()))
}
