package providertest

import (
	"cmp"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
)

func (p *Product) codeChecks() []check {
	checks := []check{{"code/unknown", codeUnknown}, {"code/none", codeNone}}
	for _, row := range p.Provider.Codes {
		checks = append(checks, check{"code/" + row.Code, func(t *trial) { codeSpellings(t, row) }})
		if slices.ContainsFunc(p.Provider.Codes, func(other providers.Code) bool { return strings.HasPrefix(other.Code, row.Code+".") }) {
			checks = append(checks, check{"family/" + row.Code, func(t *trial) { codeOfFamily(t, row) }})
		}
	}
	for _, message := range slices.Sorted(maps.Keys(p.Faults)) {
		name := "fault/" + strings.ReplaceAll(message, " ", "")
		checks = append(checks, check{name, func(t *trial) { fault(t, message, t.Faults[message]) }})
	}
	return checks
}

// refuseCoded makes a call that is answered with a code in every shape, and must fail
// as the row says, whatever the status.
func (t *trial) refuseCoded(status int, spelling string, row providers.Code) {
	t.Helper()
	for _, shape := range t.Failures {
		got := t.refuseBody(failure(shape, spelling), outcome{status, row.Reason, false, row.Code, false})
		require.Equal(t, cmp.Or(t.RequestID, t.Success.Token.Exchange.RequestID), got.RequestID)
	}
}

// Codes come with and without blanks, with a final dot, in either case, with blanks
// for underscores.
func codeSpellings(t *trial, row providers.Code) {
	for _, spelling := range []string{
		row.Code,
		strings.ToLower(row.Code),
		" " + row.Code + " ",
		row.Code + ".",
		row.Code + " . ",
		strings.ReplaceAll(row.Code, "_", " "),
		strings.ToLower(strings.ReplaceAll(row.Code, "_", " ")) + ".",
		strings.ReplaceAll(row.Code, ":", ": "),
		strings.ReplaceAll(row.Code, ":", " : "),
	} {
		t.refuseCoded(http.StatusForbidden, spelling, row)
	}
	if json.Valid([]byte(row.Code)) { // a number, and JSON has numbers
		for _, shape := range t.Failures {
			body := strings.ReplaceAll(shape, `"{code}"`, row.Code)
			t.refuseBody(body, outcome{http.StatusForbidden, row.Reason, false, row.Code, false})
		}
	}
}

// A code of a family, of which other codes have rows, is read as the family is, whatever the status.
func codeOfFamily(t *trial, row providers.Code) {
	for _, want := range t.uncoded() {
		shown := row
		shown.Code += ".CODE_OF_NEXT_YEAR"
		t.refuseCoded(want.status, row.Code+".Code_Of_Next_Year", shown)
	}
}

// A code of no table leaves it to the status what the answer means, and is shown. Under
// a 200 it is an error nevertheless.
func codeUnknown(t *trial) {
	const code = "CODE_OF_NEXT_YEAR"
	for _, want := range t.uncoded() {
		if want.status == http.StatusOK {
			want.reason, want.ambiguous = providers.VendorErrorUnrecognized, false
		}
		want.code, want.unknown = code, true
		for _, shape := range t.Failures {
			t.refuseBody(failure(shape, code), want)
		}
	}
}

// Text in place of a code is an error, and callers do not see the text.
func codeNone(t *trial) {
	for _, words := range []string{
		"系统错误", "The photo of user #17 is bad!", "<b>", "4151008123456789", strings.Repeat("A", 200),
	} {
		for _, shape := range t.Failures {
			t.refuseBody(failure(shape, words), outcome{http.StatusOK, providers.VendorErrorUnrecognized, false, "", true})
		}
	}
}

// The caller is at fault if and only if one of its fields is, which is then named.
func fault(t *trial, message string, path providers.Path) {
	for _, shape := range t.Failures {
		body := failure(shape, message)
		t.vendor.answer = answering(http.StatusBadRequest, body)
		_, got := t.issue(t.Context(), t.target, call(t.Full))
		require.NotNil(t, got, body)
		require.Equal(t, path != "", got.CallersFault(), "whether %s of %s is the caller's fault", got.Reason, body)
		if path != "" {
			require.Len(t, got.Violations, 1, body)
			require.Equal(t, path, got.Violations[0].Path, body)
			require.Equal(t, got.Reason, got.Violations[0].Reason, body)
		}
	}
}
