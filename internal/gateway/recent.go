package gateway

import (
	"net/http"

	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/recent"
	"github.com/liveness-gateway/gateway/internal/routing"
)

// rememberCall returns an observer that records calls for the operators' page.
func rememberCall(into *recent.Recorder) func(*call.Call) {
	return func(c *call.Call) { into.Call(string(c.Reason()), classOf(c.Reason(), c.HTTPStatus()), c.Duration) }
}

// rememberAttempt records an attempt for the operators' page.
func rememberAttempt(into *recent.Recorder, a *routing.Attempt) {
	status := http.StatusOK
	if a.Err != nil {
		_, status, _ = call.StatusFor(a.Err)
	}
	into.Attempt(a.Target.Account, a.Target.Product.ID, string(a.Reason), classOf(a.Reason, status), a.Duration)
}

// classOf says whether a failure is the caller's or not, by the blame rule.
func classOf(reason providers.Reason, httpStatus int) recent.Class {
	switch {
	case reason == providers.OK:
		return recent.OK
	case httpStatus < http.StatusInternalServerError:
		return recent.Caller
	default:
		return recent.Failed
	}
}
