package config

import (
	"regexp"

	"github.com/liveness-gateway/gateway/internal/config/document"
)

// names are what accounts, regions and credentials are called; some become labels
// of metrics. scenarios are as the contract has them.
var (
	names     = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)
	scenarios = regexp.MustCompile(`^[a-z0-9-]{1,64}$`)
)

const (
	namesText     = "1 to 64 characters of A-Z, a-z, 0-9 and ._-, the first a letter or digit"
	scenariosText = "1 to 64 characters of a-z, 0-9 and -"
)

// readName reads v as the name of a region or credential.
func readName(v document.Value) string { return v.Matching(names, namesText) }
