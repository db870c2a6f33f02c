package admin

import (
	"net/http"

	"github.com/liveness-gateway/gateway/internal/outofservice"
	"github.com/liveness-gateway/gateway/internal/reload"
	"github.com/liveness-gateway/gateway/internal/routing/state"
	"github.com/liveness-gateway/gateway/internal/server"
)

func (p Pages) readyz(w http.ResponseWriter, r *http.Request) {
	if !p.Ready() {
		http.Error(w, "shutting down", http.StatusServiceUnavailable)
		return
	}
	server.Healthz(w, r)
}

// routes writes which configuration is running, and the state of every target, account and
// caller.
func (p Pages) routes(w http.ResponseWriter, _ *http.Request) {
	shown := struct {
		Version       string         `json:"version,omitempty"`
		Configuration *reload.Status `json:"configuration,omitempty"`
		state.Status

		OutOfService []outofservice.Entry `json:"out_of_service,omitempty"`
		Callers      []Caller             `json:"callers,omitempty"`
	}{Version: p.Version, Status: p.Status()}
	if p.OutOfService != nil {
		shown.OutOfService = p.OutOfService()
	}
	if p.Callers != nil {
		shown.Callers = p.Callers()
	}
	if p.Configuration != nil {
		configuration := p.Configuration()
		shown.Configuration = &configuration
	}
	writeJSON(w, http.StatusOK, shown)
}

// recent writes what the last minutes came to.
func (p Pages) recent(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, p.Recent())
}

// plan explains how a request would be routed. The query names its caller.
func (p Pages) plan(w http.ResponseWriter, r *http.Request) {
	body, ok := readJSON(w, r)
	if !ok {
		return
	}
	explained, err := p.Plan(r.Context(), r.URL.Query().Get("caller"), body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	writeJSON(w, http.StatusOK, explained)
}

// reload reloads the configuration, and answers with what is running afterwards and what was
// refused: 200 if nothing was, otherwise 409.
func (p Pages) reload(w http.ResponseWriter, _ *http.Request) {
	switch status, err := p.Reload(); {
	case err == nil:
		writeJSON(w, http.StatusOK, status)
	case status.Refused != nil:
		writeJSON(w, http.StatusConflict, status)
	default:
		http.Error(w, err.Error(), http.StatusConflict)
	}
}

// maxLogLevelBytes is what a level takes, as JSON or as a form.
const maxLogLevelBytes = 256

// logLevel shows the level, or sets it.
func (p Pages) logLevel(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxLogLevelBytes)
	p.LogLevel.ServeHTTP(w, r)
}
