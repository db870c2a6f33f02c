// Package leaks finds what is private in what is printed. It must not know a product, nor a check.
package leaks

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/providertest/spellings"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// Private are values that nothing may print, in capitals and in each spelling that is looked for.
type Private []string

// Spelled returns the values in the spellings that are looked for: as they are, as a code and as JSON.
func Spelled(values []string) Private {
	var all Private
	for _, value := range values {
		for _, spelling := range []string{value, strings.ReplaceAll(value, " ", "_"), spellings.Escaped(value)} {
			all = append(all, strings.ToUpper(spelling))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Personal returns the texts of a request that only the vendor may see.
func Personal(r *providers.Request) []string {
	texts := []sensitive.String{r.SubjectID, r.ReturnURL, r.NotifyURL, r.ExtraData, r.ClientMetadata, r.DeviceID}
	if r.IdentityDocument != nil {
		texts = append(texts, r.IdentityDocument.Name, r.IdentityDocument.Number)
	}
	return revealed(texts...)
}

// Issued returns the values of a token, except its digits: four digits occur in any
// printed address.
func Issued(token *providers.Token) []string {
	return revealed(token.Value, token.SessionID, token.Client.URL)
}

func revealed(texts ...sensitive.String) []string {
	var values []string
	for _, text := range texts {
		if !text.IsZero() {
			values = append(values, text.Reveal())
		}
	}
	return values
}

// RequireNotIn checks that a text shows no private value, in capitals or not.
func (p Private) RequireNotIn(tb testing.TB, text string) {
	tb.Helper()
	capitals := strings.ToUpper(text)
	for _, value := range p {
		if strings.Contains(capitals, value) {
			require.Fail(tb, "a private value is printed", "%q in %s", value, text)
		}
	}
}

// Printed returns things in every way in which a log or a message may print them.
func Printed(things ...any) string {
	var all bytes.Buffer
	// The time of a line may have any digits.
	timeless := &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}
	for _, v := range things {
		slog.New(slog.NewTextHandler(&all, timeless)).Info("", "value", v)
		slog.New(slog.NewJSONHandler(&all, timeless)).Info("", "value", v)
		_ = json.NewEncoder(&all).Encode(v) // a cause may not be encodable
		fmt.Fprintf(&all, "%v\n%+v\n%#v\n", v, v, v)
		if failure, ok := v.(*providers.Error); ok && failure != nil {
			fmt.Fprintf(&all, "%+v\n%#v\n%+v\n", *failure, *failure, failure.Cause)
		}
	}
	return all.String()
}
