package admin

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/liveness-gateway/gateway/internal/outofservice"
)

// outOfService writes what operators have taken out of service.
func (p Pages) outOfService(w http.ResponseWriter, _ *http.Request) {
	p.writeOutOfService(w, true)
}

// writeOutOfService writes the list, and for which replicas it holds: shared is whether all of them
// have the last change.
func (p Pages) writeOutOfService(w http.ResponseWriter, shared bool) {
	scope := "all_replicas"
	switch {
	case !p.Replicas:
		scope = "this_replica"
	case !shared:
		scope = "this_replica_until_redis_answers"
	}
	writeJSON(w, http.StatusOK, struct {
		Scope   string               `json:"scope"`
		Entries []outofservice.Entry `json:"entries"`
	}{scope, p.OutOfService()})
}

// takeOut takes an account, a product, or a product on an account out of service for minutes.
func (p Pages) takeOut(w http.ResponseWriter, r *http.Request) {
	body, ok := readJSON(w, r)
	if !ok {
		return
	}
	var asked struct {
		Account string `json:"account"`
		Product string `json:"product"`
		Reason  string `json:"reason"`
		Minutes int    `json:"minutes"`
	}
	// A field that is misspelt would take out more than was meant.
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if decoder.Decode(&asked) != nil || decoder.Decode(&struct{}{}) != io.EOF {
		http.Error(w, `the body must be a JSON object with "account", "product" or both, "minutes" and "reason"`, http.StatusBadRequest)
		return
	}
	by, _ := p.operator(r)
	minutes := min(max(asked.Minutes, 0), 1<<20) // more would be no duration
	shared, err := p.TakeOut(r.Context(), outofservice.Entry{
		Account: asked.Account, Product: asked.Product, Reason: asked.Reason, By: by,
		Until: time.Now().Add(time.Duration(minutes) * time.Minute).Truncate(time.Second),
	})
	p.answerChange(w, shared, err)
}

// putBack puts it back into service before that time is over.
func (p Pages) putBack(w http.ResponseWriter, r *http.Request) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	account, product := query.Get("account"), query.Get("product")
	for name, values := range query {
		if name != "account" && name != "product" || len(values) > 1 {
			err = errQuery
		}
	}
	if err != nil || account+product == "" {
		http.Error(w, errQuery.Error(), http.StatusBadRequest)
		return
	}
	shared, err := p.PutBack(r.Context(), account, product)
	p.answerChange(w, shared, err)
}

var errQuery = errors.New("the query must have account, product or both, each once")

func (p Pages) answerChange(w http.ResponseWriter, shared bool, err error) {
	switch {
	case errors.Is(err, outofservice.ErrFull):
		http.Error(w, err.Error(), http.StatusConflict)
	case errors.Is(err, outofservice.ErrUnknown):
		http.Error(w, err.Error(), http.StatusNotFound)
	case err != nil:
		http.Error(w, err.Error(), http.StatusBadRequest)
	default:
		p.writeOutOfService(w, shared)
	}
}
