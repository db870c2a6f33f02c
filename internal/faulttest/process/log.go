package process

import (
	"encoding/json"
	"strings"
)

// Log is what the gateway logged. It is written by one goroutine and read when
// that has ended.
type Log struct {
	// Calls are those that ended, in the order of their ends.
	Calls []Call
	// Recovered counts panics that a call survived. Unrecovered are the lines of those
	// that it did not, and whatever else is no line of the log.
	Recovered   int
	Unrecovered []string
}

// Call is the line of one call, by the names that the log has.
type Call struct {
	Msg       string    `json:"msg"`
	RequestID string    `json:"request_id"`
	Reason    string    `json:"reason"`
	Cause     string    `json:"cause"`
	Attempts  []Attempt `json:"attempts"`
}

// Attempt is one attempt in it.
type Attempt struct {
	Product    string `json:"product"`
	Account    string `json:"account"`
	Kind       string `json:"kind"`
	Reason     string `json:"reason"`
	Code       string `json:"vendor_code"`
	RequestID  string `json:"vendor_request_id"`
	HTTPStatus int    `json:"vendor_http_status"`
	Cause      string `json:"cause"`
}

// Probes are the ids of the calls of which an attempt was a probe.
func (l *Log) Probes() map[string]bool {
	ids := map[string]bool{}
	for i := range l.Calls {
		for _, a := range l.Calls[i].Attempts {
			if a.Kind == "probe" {
				ids[l.Calls[i].RequestID] = true
			}
		}
	}
	return ids
}

const panicMark = "panic"

// Add reads one line of the log.
func (l *Log) Add(line []byte) {
	var c Call
	if err := json.Unmarshal(line, &c); err != nil {
		l.Unrecovered = append(l.Unrecovered, string(line))
		return
	}
	if c.Msg != "call" {
		if strings.Contains(c.Msg, panicMark) { // net/http's own recovery
			l.Unrecovered = append(l.Unrecovered, c.Msg)
		}
		return
	}
	l.Calls = append(l.Calls, c)
	panics := 0
	for i := range c.Attempts {
		if strings.HasPrefix(c.Attempts[i].Cause, panicMark) {
			panics++
		}
	}
	if panics == 0 && strings.HasPrefix(c.Cause, panicMark) {
		panics = 1
	}
	l.Recovered += panics
}
