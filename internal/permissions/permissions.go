// Package permissions is what a caller may ask for. It must not know who calls, nor messages, nor a
// caller's products and regions: routing applies those.
package permissions

import (
	"slices"
	"strconv"
	"strings"

	"github.com/liveness-gateway/gateway/internal/providers"
)

// Permissions are what a caller may ask for. An empty list allows everything, and so do nil
// Permissions. They are not changed once a caller has them.
type Permissions struct {
	Flows []providers.Flow
	// Scenarios are names; "" is the default route of a flow.
	Scenarios []string
	// CallbackHosts are those that the URLs of callbacks may have.
	CallbackHosts []Host
}

// Request is what permissions are checked against in a valid call.
type Request struct {
	Flow     providers.Flow
	Scenario string
	// ReturnURL and NotifyURL are "" if the callback has none.
	ReturnURL, NotifyURL string
}

// Check returns why the call is not allowed, with the fields at fault and what the caller may
// do; nil if it is.
func (p *Permissions) Check(r Request) *providers.Error {
	if p == nil {
		return nil
	}
	if len(p.Flows) > 0 && !slices.Contains(p.Flows, r.Flow) {
		return refused(providers.CallerNotAllowed, violation{"flow", listed(p.Flows, flowName)})
	}
	if len(p.Scenarios) > 0 && !slices.Contains(p.Scenarios, r.Scenario) {
		return refused(providers.CallerNotAllowed, violation{"scenario", listed(p.Scenarios, scenarioName)})
	}
	if len(p.CallbackHosts) == 0 {
		return nil
	}
	var notAllowed []violation
	for _, u := range [...]violation{{"callback.return_url", r.ReturnURL}, {"callback.notify_url", r.NotifyURL}} {
		if u.text != "" && !allowed(p.CallbackHosts, u.text) {
			notAllowed = append(notAllowed, violation{u.path, "hosts " + listed(p.CallbackHosts, Host.String)})
		}
	}
	if notAllowed == nil {
		return nil
	}
	return refused(providers.CallbackNotAllowed, notAllowed...)
}

// violation is a field, and its value or what it may be.
type violation struct {
	path providers.Path
	text string
}

func refused(reason providers.Reason, all ...violation) *providers.Error {
	failure := &providers.Error{Reason: reason}
	for _, v := range all {
		failure.Violations = append(failure.Violations, providers.Violation{
			Path: v.path, Reason: reason, Description: "this caller may use " + v.text,
		})
	}
	return failure
}

// maxListed bounds how many names an answer lists.
const maxListed = 8

// Listed returns names for an answer, the first few of many.
func Listed(names []string) string { return listed(names, strings.Clone) }

func listed[T any](all []T, name func(T) string) string {
	names := make([]string, 0, maxListed)
	for _, one := range all[:min(len(all), maxListed)] {
		names = append(names, name(one))
	}
	text := strings.Join(names, ", ")
	if more := len(all) - maxListed; more > 0 {
		text += " and " + strconv.Itoa(more) + " more"
	}
	return text
}

// flowName is a flow's name in the contract.
func flowName(f providers.Flow) string { return "FLOW_" + strings.ToUpper(f.String()) }

func scenarioName(name string) string {
	if name == "" {
		return "none"
	}
	return name
}
