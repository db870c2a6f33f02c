package bodies

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// Query is the parameters in the address of a request, in the order in which they are added. What has
// no value is left out. Not safe for concurrent use.
type Query struct {
	envelope *Envelope
	text     strings.Builder
}

// typicalQueryBytes is enough for the parameters of most addresses.
const typicalQueryBytes = 128

// NewQuery returns an empty query of the request: what is sensitive in it is hidden as what is in the
// body.
func (e *Envelope) NewQuery() *Query {
	q := &Query{envelope: e}
	q.text.Grow(typicalQueryBytes)
	return q
}

// Add appends a parameter. Names are the vendor's constants and are not escaped.
func (q *Query) Add(name, value string) {
	if value == "" {
		return
	}
	if q.text.Len() > 0 {
		q.text.WriteByte('&')
	}
	q.text.WriteString(name)
	q.text.WriteByte('=')
	q.text.WriteString(strings.ReplaceAll(url.QueryEscape(value), "+", "%20"))
}

// AddSensitive appends a parameter whose value is hidden from the log if the vendor's answer echoes
// it, as it is or escaped.
func (q *Query) AddSensitive(name string, value sensitive.String) {
	q.Add(name, value.Reveal())
	q.envelope.Hide(value)
}

// Encode returns the query as it is sent. All is escaped but what RFC 3986 calls unreserved.
func (q *Query) Encode() string { return q.text.String() }

// EncodeSorted is Encode with the parameters in the order of their names, as signatures want it.
func (q *Query) EncodeSorted() string {
	parameters := strings.Split(q.Encode(), "&")
	slices.SortStableFunc(parameters, func(a, b string) int { return cmp.Compare(nameOf(a), nameOf(b)) })
	return strings.Join(parameters, "&")
}

func nameOf(parameter string) string {
	name, _, _ := strings.Cut(parameter, "=")
	return name
}
