package providers

import (
	"cmp"
	"slices"
)

// Settings are what is configured of a target: its own parameters and its account's
// options, both by the vendor's names.
type Settings struct{ Parameters, Options map[string]string }

// Setting is a parameter of a target, or an option of its account, that is set to one of
// these values; "" is one that is not set.
type Setting struct {
	Name   string
	Values []string
}

// holds reports whether it is so set, as it is if there is nothing to set.
func (s *Setting) holds(set Settings) bool {
	return s == nil || slices.Contains(s.Values, cmp.Or(set.Parameters[s.Name], set.Options[s.Name]))
}

// NotSet is a parameter or an option that is not set.
func NotSet(name string) *Setting { return &Setting{Name: name, Values: []string{""}} }
