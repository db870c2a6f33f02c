package route

// Info describes a route of the configuration.
type Info struct {
	Flow string `json:"flow"`
	// Scenario is "" for the flow's default route.
	Scenario string `json:"scenario"`
	// Callers are those for whom the route is; none means all others.
	Callers []string `json:"callers,omitempty"`
	// Order is "ordered" or "weighted".
	Order            string   `json:"order"`
	AcceptedProducts []string `json:"accepted_products,omitempty"`
	// AfterAmbiguous is "continue" or "stop".
	AfterAmbiguous string `json:"after_ambiguous"`
	MaxAttempts    int    `json:"max_attempts"`
}

// TargetInfo describes a target of the configuration.
type TargetInfo struct {
	// Position is its place in the route, from 1.
	Position int    `json:"position"`
	Account  string `json:"account"`
	Product  string `json:"product"`
	Region   string `json:"region,omitempty"`
	// Weight is 0 in an ordered route.
	Weight float64 `json:"weight,omitempty"`
	// Parameters are names only.
	Parameters   []string `json:"parameters,omitempty"`
	OutOfService string   `json:"out_of_service,omitempty"`
}

// Info returns the route's description.
func (r *Route) Info() Info {
	info := Info{
		Flow: r.Flow.String(), Scenario: r.Scenario, Callers: r.Callers, Order: "ordered",
		AcceptedProducts: r.AcceptedProducts, AfterAmbiguous: "continue", MaxAttempts: r.MaxAttempts,
	}
	if r.Weighted {
		info.Order = "weighted"
	}
	if r.StopAfterAmbiguous {
		info.AfterAmbiguous = "stop"
	}
	return info
}

// Info returns the target's description.
func (t *Target) Info() TargetInfo {
	return TargetInfo{
		Position: t.position, Account: t.Account, Product: t.Product.ID, Region: t.Region,
		Weight: t.Weight, Parameters: t.Parameters, OutOfService: t.OutOfService,
	}
}
