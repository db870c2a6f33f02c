package leaktest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/liveness-gateway/gateway/internal/leaktest/canary"
	"github.com/liveness-gateway/gateway/internal/sandbox"
)

// Vendors are the vendors' servers of all cases, each of which has a path prefix of its
// own there.
type Vendors struct {
	URL string

	server *httptest.Server
	mu     sync.Mutex
	cases  map[string]http.Handler
}

// StartVendors serves no case yet.
func StartVendors() *Vendors {
	v := &Vendors{cases: map[string]http.Handler{}}
	v.server = httptest.NewUnstartedServer(v)
	v.server.Start()
	v.URL = v.server.URL
	return v
}

// Close ends the servers with what is under way.
func (v *Vendors) Close() {
	v.server.CloseClientConnections()
	v.server.Close()
}

// Serve answers the case's requests with h.
func (v *Vendors) Serve(set *canary.Set, h http.Handler) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.cases[set.Case] = h
}

// ServeHTTP answers as the case whose prefix the path has.
func (v *Vendors) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	v.mu.Lock()
	h := v.cases[name]
	v.mu.Unlock()
	if h == nil {
		http.NotFound(w, r)
		return
	}
	h.ServeHTTP(w, r)
}

// StandIn is the vendor's stand-in below the path, with the set's credential, which ends every
// request as the outcome says; "" is an answer with a token. What it issues is a canary.
func (p Product) StandIn(set *canary.Set, pathPrefix, outcome string) (http.Handler, error) {
	standIn, err := p.standIn(set, pathPrefix)
	if err != nil {
		return nil, err
	}
	if outcome == "" {
		return issuing{set, standIn, standIn.Ledger}, nil
	}
	scripted := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		standIn.ServeHTTP(w, r.WithContext(sandbox.WithOutcome(r.Context(), outcome)))
	})
	if strings.HasPrefix(outcome, "delay=") { // others than these break answers off
		return issuing{set, scripted, standIn.Ledger}, nil
	}
	return scripted, nil
}

// issuing makes canaries of what a vendor issues, before anybody sees it.
type issuing struct {
	set    *canary.Set
	vendor http.Handler
	ledger func() []sandbox.Entry
}

// ServeHTTP is http.Handler's.
func (i issuing) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer := httptest.NewRecorder()
	i.vendor.ServeHTTP(answer, r)
	var body any
	if answer.Code == http.StatusOK && json.Unmarshal(answer.Body.Bytes(), &body) == nil {
		i.note(body)
	}
	maps.Copy(w.Header(), answer.Header())
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes()) // a client that left sees nothing
}

// issued is what stands for something, alone or in an address: shorter texts are codes and flags.
var issued = regexp.MustCompile(`[A-Za-z0-9_-]{16,}`)

// drawnByLot tells such texts from names, by their digits and how many characters are different.
func drawnByLot(text string) bool {
	const leastDigits, leastDifferent = 5, 8
	different := map[rune]bool{}
	for _, char := range text {
		different[char] = true
	}
	return len(canary.Digits(text)) >= leastDigits && len(different) >= leastDifferent
}

// beginningOfJSON is what the parts of a JWT begin with that are the same in many.
const beginningOfJSON = "eyJ"

// note adds all texts but ids of requests, which the log holds, and what the vendor was sent.
func (i issuing) note(value any) {
	switch value := value.(type) {
	case map[string]any:
		for _, inner := range value {
			i.note(inner)
		}
	case []any:
		for _, inner := range value {
			i.note(inner)
		}
	case string:
		if slices.ContainsFunc(i.ledger(), func(entry sandbox.Entry) bool { return entry.RequestID == value }) {
			return
		}
		for _, part := range issued.FindAllString(value, -1) {
			known := slices.ContainsFunc(i.set.Canaries(), func(c canary.Canary) bool { return strings.Contains(part, c.Value) })
			if !known && drawnByLot(part) && !strings.HasPrefix(part, beginningOfJSON) {
				i.set.Add("token", part)
			}
		}
	}
}

// place of a code's text that is to be filled in: in angle brackets, or in capitals behind a colon.
var filledIn = regexp.MustCompile(`:\s*(<[^>]*>|[A-Z]+)$`)

// Outcomes returns how the stand-in of the product can be made to end a request: the
// failures of a network, and every code of the document, which the stand-in's control
// interface names.
func (p Product) Outcomes() ([]string, error) {
	standIn, err := p.standIn(nil, "")
	if err != nil {
		return nil, err
	}
	outcomes := []string{
		"status=503", "status=429", "status=404", "status=200", "html", "html,status=502", "redirect", "too-large", "endless",
		"half-body", "garbage", "reset", "delay=20ms", "status=403,code=SOMETHING_NEW",
	}
	answer := httptest.NewRecorder()
	standIn.ServeHTTP(answer, httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/_sandbox/next", strings.NewReader(fmt.Sprintf(`{"product":%q,"outcome":"none"}`, p.ID))))
	var refused struct{ Codes []string }
	if err := json.Unmarshal(answer.Body.Bytes(), &refused); err != nil || len(refused.Codes) == 0 {
		return nil, fmt.Errorf("no codes of %s: %s", p, answer.Body)
	}
	for _, code := range refused.Codes {
		outcome, err := p.outcomeOf(standIn, code)
		if err != nil {
			return nil, err
		}
		outcomes = append(outcomes, outcome)
	}
	return outcomes, nil
}

// outcomeOf returns the outcome that ends a request with the code: with a parameter, or without.
func (p Product) outcomeOf(standIn *sandbox.StandIn, code string) (outcome string, err error) {
	var all []error
	for _, detail := range []string{":uuid", ": uuid", ""} {
		outcome = "code=" + filledIn.ReplaceAllString(code, detail)
		if err := standIn.Rehearse(p.ID, outcome, 1); err == nil {
			return outcome, nil
		}
		all = append(all, err)
	}
	return "", errors.Join(all...)
}
