package providertest

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
)

func blameChecks() []check {
	return []check{
		{"blame/not-sent", blameNotSent},
		{"blame/separators", blameSeparators},
		{"blame/several-parameters", blameSeveral},
	}
}

// Nobody is blamed for a photo or an identity card that was not sent: another target is
// tried, and an operator told.
func blameNotSent(t *trial) {
	target := t.open(t.Minimal)
	blamed := func(status int, body string, reason providers.Reason) {
		t.vendor.answer = answering(status, body)
		_, failure := t.issue(t.Context(), target, call(t.Minimal))
		require.NotNil(t, failure)
		want := reasonFor(reason, t.Minimal.Request)
		require.Equal(t, want, failure.Reason, body)
		require.Equal(t, want != providers.ArgumentRejected, failure.CallersFault(), body)
	}
	blamed(http.StatusRequestEntityTooLarge, "", providers.RequestTooLarge)
	for _, row := range t.Provider.Codes {
		if (&providers.Error{Reason: row.Reason}).CallersFault() {
			for _, shape := range t.Failures {
				blamed(http.StatusBadRequest, failure(shape, row.Code), row.Reason)
			}
		}
	}
}

// An error about a parameter names it whatever stands between the code and the name.
func blameSeparators(t *trial) {
	for message, path := range t.Faults {
		code, parameter, ok := strings.Cut(message, ":")
		if parameter = strings.TrimSpace(parameter); !ok || path == "" {
			continue
		}
		for _, spelling := range []string{
			code + " " + parameter,
			code + parameter,
			code + "=" + parameter,
			code + "(" + parameter + ")",
			code + " [" + parameter + "]",
			code + ":<" + parameter + ">",
			code + " - " + parameter,
			code + "/" + parameter,
			code + "： " + parameter + "。",
			code + ": '" + strings.ToUpper(parameter) + "'",
		} {
			fault(t, spelling, path)
		}
	}
}

// Of several parameters all are named if all are the caller's, and nobody is blamed if
// one is not.
func blameSeveral(t *trial) {
	messages := slices.Sorted(maps.Keys(t.Faults))
	for _, first := range messages {
		for _, second := range messages {
			code, a, ok := strings.Cut(first, ":")
			other, b, also := strings.Cut(second, ":")
			if row := rowOf(t, code); !ok || !also || code != other || row == nil || row.Reason != providers.ArgumentRejected {
				continue
			}
			var want []providers.Path
			if t.Faults[first] != "" && t.Faults[second] != "" {
				want = slices.Compact([]providers.Path{t.Faults[first], t.Faults[second]})
			}
			for _, separator := range []string{", ", ",", ";", " ", " and ", "、", " | "} {
				requireBlamed(t, code+": "+strings.TrimSpace(a)+separator+strings.TrimSpace(b), want)
			}
		}
		if code, parameter, ok := strings.Cut(first, ":"); ok && t.Faults[first] != "" && rowOf(t, code).Reason == providers.ArgumentRejected {
			requireBlamed(t, code+": "+parameter+", parameter_of_next_year", nil)
		}
	}
}

// rowOf returns the code's row, nil if there is none.
func rowOf(t *trial, code string) *providers.Code {
	i := slices.IndexFunc(t.Provider.Codes, func(row providers.Code) bool { return strings.EqualFold(row.Code, code) })
	if i < 0 {
		return nil
	}
	return &t.Provider.Codes[i]
}

func requireBlamed(t *trial, message string, want []providers.Path) {
	t.Helper()
	for _, shape := range t.Failures {
		t.vendor.answer = answering(http.StatusBadRequest, failure(shape, message))
		_, got := t.issue(t.Context(), t.target, call(t.Full))
		require.NotNil(t, got)
		var paths []providers.Path
		for _, violation := range got.Violations {
			paths = append(paths, violation.Path)
		}
		require.Equal(t, want, paths, message)
		require.Equal(t, len(want) > 0, got.CallersFault(), message)
	}
}
