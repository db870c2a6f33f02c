package admin

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"time"

	"github.com/liveness-gateway/gateway/internal/outofservice"
)

// maxFormBytes is what the page sends at most.
const maxFormBytes = 16 << 10

// recent writes what the last minutes came to.
func (a Pages) recent(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, a.Recent())
}

// plan explains how a request would be routed. Who would send it is named in the query.
func (a Pages) plan(w http.ResponseWriter, r *http.Request) {
	body, ok := readJSON(w, r)
	if !ok {
		return
	}
	explained, err := a.Plan(r.Context(), r.URL.Query().Get("caller"), body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	writeJSON(w, http.StatusOK, explained)
}

// outOfService writes what operators have taken out of service.
func (a Pages) outOfService(w http.ResponseWriter, _ *http.Request) {
	a.writeOutOfService(w, true)
}

// writeOutOfService writes the list, and for whom it holds after a change that is shared or
// not yet.
func (a Pages) writeOutOfService(w http.ResponseWriter, shared bool) {
	scope := "all_replicas"
	switch {
	case !a.Replicas:
		scope = "this_replica"
	case !shared:
		scope = "this_replica_until_redis_answers"
	}
	writeJSON(w, http.StatusOK, struct {
		Scope   string               `json:"scope"`
		Entries []outofservice.Entry `json:"entries"`
	}{scope, a.OutOfService()})
}

// takeOut takes an account, a product, or a product on an account out of service for minutes.
func (a Pages) takeOut(w http.ResponseWriter, r *http.Request) {
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
	if json.Unmarshal(body, &asked) != nil {
		http.Error(w, `the body must be a JSON object with "account", "product" or both, "minutes" and "reason"`, http.StatusBadRequest)
		return
	}
	by, _ := a.operator(r)
	minutes := min(max(asked.Minutes, 0), 1<<20) // more would be no duration
	shared, err := a.TakeOut(r.Context(), outofservice.Entry{
		Account: asked.Account, Product: asked.Product, Reason: asked.Reason, By: by,
		Until: time.Now().Add(time.Duration(minutes) * time.Minute).Truncate(time.Second),
	})
	a.answerChange(w, shared, err)
}

// putBack ends that before its time.
func (a Pages) putBack(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	shared, err := a.PutBack(r.Context(), query.Get("account"), query.Get("product"))
	a.answerChange(w, shared, err)
}

func (a Pages) answerChange(w http.ResponseWriter, shared bool, err error) {
	switch {
	case errors.Is(err, outofservice.ErrFull):
		http.Error(w, err.Error(), http.StatusConflict)
	case errors.Is(err, outofservice.ErrUnknown):
		http.Error(w, err.Error(), http.StatusNotFound)
	case err != nil:
		http.Error(w, err.Error(), http.StatusBadRequest)
	default:
		a.writeOutOfService(w, shared)
	}
}

// readJSON returns the body of a request, or refuses it. The media type is one that browsers
// let no form of another origin send.
func readJSON(w http.ResponseWriter, r *http.Request) (body []byte, ok bool) {
	if mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || mediaType != "application/json" {
		http.Error(w, "the body must be application/json", http.StatusUnsupportedMediaType)
		return nil, false
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxFormBytes))
	if err != nil {
		http.Error(w, "the body must be whole, of at most 16 KiB", http.StatusRequestEntityTooLarge)
		return nil, false
	}
	return body, true
}
