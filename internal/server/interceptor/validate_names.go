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
	// maxViolations bounds what an answer says of a message; finding it is bounded too.
	maxViolations = 16
	maxNameLength = 64
)

// badNames returns what is wrong with the names in lists if that alone is all that an answer
// says, nil otherwise. The rules say the same, but of each name there is, at 700 bytes a
// violation.
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

// badName says in the rules' words what is wrong with a name, "" if nothing is.
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
