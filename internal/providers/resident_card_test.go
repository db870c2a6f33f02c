package providers_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

func TestResidentCards(t *testing.T) {
	limits := []providers.Limit{providers.IdentityCardsAlone(), providers.OfChinaAlone(), providers.ResidentCardNumber()}
	for _, test := range []struct {
		of      providers.IdentityDocumentType
		country string
		number  string
		want    []bool
	}{
		{providers.IdentityCard, "CN", "11010519491231002X", []bool{true, true, true}},
		{providers.IdentityCard, "CN", "11010519491231002x", []bool{true, true, true}},
		{providers.IdentityCard, "CN", "110105194912310021", []bool{true, true, true}},
		{providers.IdentityCard, "CN", "1101051949123100210", []bool{true, true, false}},
		{providers.IdentityCard, "CN", "11010519491231002Y", []bool{true, true, false}},
		{providers.IdentityCard, "CN", "", []bool{true, true, false}},
		{providers.IdentityCard, "DE", "T220001293", []bool{true, false, true}},
		{providers.Passport, "CN", "E12345678", []bool{false, true, true}},
	} {
		request := &providers.Request{IdentityDocument: &providers.IdentityDocument{
			Type: test.of, Country: sensitive.New(test.country), Number: sensitive.New(test.number),
		}}
		require.Equal(t, test.of == providers.IdentityCard && test.country == "CN", request.IdentityDocument.IsResidentCard())
		require.Equal(t, strings.ToUpper(test.number), request.IdentityDocument.NumberInCapitals().Reveal())
		for i, limit := range limits {
			require.Equal(t, test.want[i], limit.Allows(request), "%s: %v", limit.Text, test)
		}
	}
}
