package providers

import (
	"cmp"
	"slices"
)

// Settings are how a target is configured: its own parameters and its account's options, both by the
// vendor's names.
type Settings struct{ Parameters, Options map[string]string }

// Setting is the condition that a parameter of a target, or an option of its account, has one of these
// values; "" means that it is not set.
type Setting struct {
	Name   string
	Values []string
}

// holds reports whether the condition holds; no condition always does.
func (s *Setting) holds(set Settings) bool {
	return s == nil || slices.Contains(s.Values, cmp.Or(set.Parameters[s.Name], set.Options[s.Name]))
}

// NotSet is the condition that a parameter or an option is not set.
func NotSet(name string) *Setting { return &Setting{Name: name, Values: []string{""}} }
