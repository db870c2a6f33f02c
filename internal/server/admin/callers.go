package admin

// Caller is what operators see of a caller at the moment, on this replica alone. It holds nothing
// with which anybody could pose as the caller. An empty list allows everything; a bound of 0 is none.
type Caller struct {
	Name  string `json:"name"`
	Admin bool   `json:"admin"`
	// IdentifiedBy are the kinds of its credentials: certificate, api_key, jwt.
	IdentifiedBy []string `json:"identified_by"`

	Flows            []string `json:"flows,omitempty"`
	Scenarios        []string `json:"scenarios,omitempty"`
	Products         []string `json:"products,omitempty"`
	Regions          []string `json:"regions,omitempty"`
	AcceptedProducts []string `json:"accepted_products,omitempty"`
	CallbackHosts    []string `json:"callback_hosts,omitempty"`

	Calls         int64 `json:"calls_in_flight"`
	MaxCalls      int   `json:"max_calls,omitempty"`
	PhotoBytes    int64 `json:"photo_bytes_in_flight"`
	MaxPhotoBytes int64 `json:"max_photo_bytes,omitempty"`
	// Rate is nil where there is none.
	Rate *Rate `json:"rate,omitempty"`
	// IdempotencyKeys is nil where they have no bound: then they are not counted.
	IdempotencyKeys *Keys `json:"idempotency_keys,omitempty"`
}

// Rate is how often a caller may call.
type Rate struct {
	PerSecond float64 `json:"per_second"`
	Burst     int     `json:"burst"`
	// Left is how many calls it could make at once now, nil where replicas count them together.
	Left *float64 `json:"left,omitempty"`
}

// Keys are the idempotency keys that are held for a caller.
type Keys struct {
	Held int `json:"held"`
	Max  int `json:"max"`
}
