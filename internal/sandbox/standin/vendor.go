package standin

import "strings"

// Vendor is one vendor's server as its documents have it.
type Vendor struct {
	Endpoints []*Endpoint
	// NotFound answers where no document has an endpoint.
	NotFound func(Call) Reply
}

// Below moves all paths below a prefix.
func (v Vendor) Below(prefix string) Vendor {
	prefix = strings.TrimRight(prefix, "/")
	for _, e := range v.Endpoints {
		e.Path = prefix + e.Path
		if e.PagePath != "" {
			e.PagePath = prefix + e.PagePath
		}
	}
	return v
}
