package interceptor

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/providers"
)

const (
	// maxViolations bounds the violations in an answer, and the work of finding them.
	maxViolations = 16
	maxNameLength = 64
)

// badNames returns the violations of names in lists if they alone fill the answer, nil otherwise.
// The validator would find the same, but without an end, and each violation takes 700 bytes.
func badNames(m *livenessv1.IssueLivenessTokenRequest) (violations []providers.Violation) {
	for _, list := range []struct {
		field string
		names []string
	}{{"accepted_products", m.GetAcceptedProducts()}, {"regions", m.GetRegions()}} {
		for i, name := range list.names {
			description := badName(name)
			if description == "" {
				continue
			}
			path := providers.Path(fmt.Sprintf("%s[%d]", list.field, i))
			violations = append(violations, providers.Violation{Path: path, Reason: providers.InvalidRequest, Description: description})
			if len(violations) == maxViolations {
				return violations
			}
		}
	}
	return nil
}

// badName says what is wrong with a name, as the validator would; "" if nothing is.
func badName(name string) string {
	switch {
	case strings.ContainsFunc(name, notVisible):
		return "must not hold control, bidi or invisible characters"
	case name == "":
		return "must be at least 1 characters"
	case len(name) > maxNameLength && utf8.RuneCountInString(name) > maxNameLength:
		return fmt.Sprintf("must be at most %d characters", maxNameLength)
	default:
		return ""
	}
}

// notVisible are the characters that texts must not hold.
func notVisible(c rune) bool {
	const nonJoiner, joiner = 0x200c, 0x200d
	return unicode.In(c, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Cf) && c != nonJoiner && c != joiner
}
