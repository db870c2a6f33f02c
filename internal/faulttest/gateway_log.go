package faulttest

import (
	"encoding/json"
	"strings"
)

// gatewayLog is what the gateway logged. It is written by one goroutine and read when
// that has ended.
type gatewayLog struct {
	calls []loggedCall
	// recovered counts panics that a call survived. unrecovered are the lines of those
	// that it did not, and whatever else is no line of the log.
	recovered   int
	unrecovered []string
}

// loggedCall is the line of one call.
type loggedCall struct {
	Msg       string          `json:"msg"`
	RequestID string          `json:"request_id"`
	Reason    string          `json:"reason"`
	Cause     string          `json:"cause"`
	Attempts  []loggedAttempt `json:"attempts"`
}

// loggedAttempt is one attempt in it.
type loggedAttempt struct {
	Product    string `json:"product"`
	Account    string `json:"account"`
	Kind       string `json:"kind"`
	Reason     string `json:"reason"`
	Code       string `json:"vendor_code"`
	RequestID  string `json:"vendor_request_id"`
	HTTPStatus int    `json:"vendor_http_status"`
	Cause      string `json:"cause"`
}

// probes are the ids of the calls of which an attempt was a probe.
func (l *gatewayLog) probes() map[string]bool {
	ids := map[string]bool{}
	for i := range l.calls {
		for _, a := range l.calls[i].Attempts {
			if a.Kind == "probe" {
				ids[l.calls[i].RequestID] = true
			}
		}
	}
	return ids
}

const panicMark = "panic"

func (l *gatewayLog) add(line []byte) {
	var c loggedCall
	if err := json.Unmarshal(line, &c); err != nil {
		l.unrecovered = append(l.unrecovered, string(line))
		return
	}
	if c.Msg != "call" {
		if strings.Contains(c.Msg, panicMark) { // net/http's own recovery
			l.unrecovered = append(l.unrecovered, c.Msg)
		}
		return
	}
	l.calls = append(l.calls, c)
	panics := 0
	for i := range c.Attempts {
		if strings.HasPrefix(c.Attempts[i].Cause, panicMark) {
			panics++
		}
	}
	if panics == 0 && strings.HasPrefix(c.Cause, panicMark) {
		panics = 1
	}
	l.recovered += panics
}
