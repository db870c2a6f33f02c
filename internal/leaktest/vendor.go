package leaktest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"

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
func (v *Vendors) Serve(set *Set, h http.Handler) {
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

// StandIn is the vendor's stand-in, with the set's credentials, which ends every request
// as the outcome says.
func StandIn(set *Set, product, outcome string) http.Handler {
	accepted := sandbox.NewCredentials(map[string]string{set.Text("key"): set.Text("secret")})
	var handler http.Handler
	if strings.HasPrefix(product, "linkface.") {
		handler = http.StripPrefix("/"+set.Case, sandbox.NewLinkface(sandbox.Options{Credentials: accepted}))
	} else {
		handler = sandbox.NewMegvii(sandbox.Options{Credentials: accepted, PathPrefix: "/" + set.Case})
	}
	if outcome == "" {
		return handler
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handler.ServeHTTP(w, r.WithContext(sandbox.WithOutcome(r.Context(), outcome)))
	})
}

// Outcomes returns how the stand-in of the product can be made to end a request: the
// failures of a network, and every code of the document, which the stand-in's control
// interface names.
func Outcomes(product string) ([]string, error) {
	outcomes := []string{
		"status=503", "status=429", "status=404", "status=200", "html", "html,status=502", "redirect", "too-large", "endless",
		"half-body", "garbage", "reset", "delay=20ms", "status=403,code=SOMETHING_NEW",
	}
	var handler http.Handler = sandbox.NewMegvii(sandbox.Options{})
	if strings.HasPrefix(product, "linkface.") {
		handler = sandbox.NewLinkface(sandbox.Options{})
	}
	answer := httptest.NewRecorder()
	request := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/_sandbox/next", strings.NewReader(fmt.Sprintf(`{"product":%q,"outcome":"none"}`, product)))
	handler.ServeHTTP(answer, request)
	var refused struct{ Codes []string }
	if err := json.Unmarshal(answer.Body.Bytes(), &refused); err != nil || len(refused.Codes) == 0 {
		return nil, fmt.Errorf("no codes of %s: %s", product, answer.Body)
	}
	for _, code := range refused.Codes {
		outcomes = append(outcomes, "code="+strings.NewReplacer(":PARAMETER", ":uuid", ":REASON", "").Replace(code))
	}
	return outcomes, nil
}

// Answer is a vendor that issues canaries of the product.
func Answer(set *Set, product string) http.Handler {
	body := fmt.Sprintf(`{"token":%q,"biz_id":%q}`, set.Text("token"), set.Text("session_id"))
	switch product {
	case "linkface.app":
		body = fmt.Sprintf(`{"request_id":"1","code":"0000","data":{"token":%q}}`, set.Text("token"))
	case "megvii.app-v5":
		body = fmt.Sprintf(`{"biz_token":%q}`, set.Text("token"))
	case "megvii.random-number":
		body = fmt.Sprintf(`{"token_random_number":%q,"random_number":"7319","biz_id":%q}`, set.Text("token"), set.Text("session_id"))
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, body)
	})
}

// Echo is a vendor that repeats what it is sent in one spelling: to each request the next
// value in the next place.
type Echo struct {
	Spelling Spelling

	set  *Set
	sent []string
	mu   sync.Mutex
	next int
}

// NewEcho returns the vendor of a case. It repeats what is sent to the product, and both
// parts of the credential, of which one may not be.
func NewEcho(set *Set, product string, spelling Spelling) *Echo {
	sent := []string{"key", "secret"}
	switch product {
	case "megvii.pc-web", "megvii.lite-page":
		sent = append(sent, "name", "number", "return_url", "notify_url", "extra_data")
	case "megvii.app-v5", "megvii.h5-flash":
		sent = append(sent, "subject_id")
	}
	return &Echo{Spelling: spelling, set: set, sent: sent}
}

// All repeats everything in one answer, in every field whose text is shown as it is.
func (e *Echo) All(w http.ResponseWriter, r *http.Request) {
	var objects []map[string]any
	texts := slices.Compact(e.echoes())
	if signature := e.signature(r); signature != "" {
		texts = append(texts, e.Spelling.Spell(signature)...)
	}
	for _, text := range texts {
		object := map[string]any{text: text, "other": text}
		for _, name := range []string{"error", "error_code", "code", "message", "msg", "reason", "status", "request_id"} {
			object[name] = "of " + text
		}
		objects = append(objects, object)
	}
	w.Header().Set("X-Echo", strings.Map(printable, strings.Join(texts, " ")))
	writeJSON(w, map[string]any{"error_message": texts[0], "msg": strings.Join(texts, " "), "request_id": texts[0], "objects": objects})
}

func printable(char rune) rune {
	if char < ' ' || char > '~' {
		return -1
	}
	return char
}

// Requests returns how many requests see every value in every place.
func (e *Echo) Requests() int { return len(e.echoes()) }

// Left returns how many of the requests have not come.
func (e *Echo) Left() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.echoes()) - e.next
}

// place writes an answer that holds the text.
type place func(w http.ResponseWriter, text string)

// inSentence is the place whose text may be of any length.
const inSentence = 3

// places are where an answer can hold a text. None of the answers opens a breaker: each is
// a refusal that is about the caller's own values, or comes for those of one caller alone.
func places() []place {
	return []place{
		failing(func(text string) any { return text }),
		failing(func(text string) any { return "AUTHORIZATION_ERROR:" + text }),
		failing(func(text string) any { return "INVALID_IDCARD_NUMBER:" + text }),
		failing(func(text string) any { return "refused, because of " + text + " and so on" }),
		failing(func(text string) any { return map[string]any{"of": text} }),
		func(w http.ResponseWriter, text string) {
			writeJSON(w, map[string]any{"error_message": "SOMETHING_NEW", "error": "SOMETHING_NEW", "code": "4242", "request_id": text})
		},
		func(w http.ResponseWriter, text string) {
			text = strings.Map(printable, text) // else it is no HTTP
			w.Header().Set("Server", text)
			w.Header().Set("Date", text)
			http.Redirect(w, &http.Request{Method: http.MethodGet}, "https://shop.example/"+text, http.StatusBadRequest) //nolint:gosec // nobody follows it
		},
	}
}

// failing puts what of makes of the text into every field of an error.
func failing(of func(string) any) place {
	return func(w http.ResponseWriter, text string) {
		value := of(text)
		writeJSON(w, map[string]any{"error_message": value, "error": value, "code": value, "msg": value, "reason": value, "status": value, text: text})
	}
}

func writeJSON(w http.ResponseWriter, value any) {
	w.WriteHeader(http.StatusBadRequest)
	_ = json.NewEncoder(w).Encode(value) // a client that left sees nothing
}

// echoes are all texts, each as often as it is to be seen.
func (e *Echo) echoes() []string {
	var texts []string
	for _, c := range e.set.Canaries() {
		if !slices.Contains(e.sent, c.Name) {
			continue
		}
		for _, text := range e.Spelling.Spell(c.Value) {
			texts = append(texts, slices.Repeat([]string{text}, len(places()))...)
		}
	}
	return texts
}

// ServeHTTP reads the request to its end and repeats the next value, and in a sentence the
// signature too, which no other request has.
func (e *Echo) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	signature := e.signature(r)
	e.mu.Lock()
	defer e.mu.Unlock()
	texts, all := e.echoes(), places()
	place, text := e.next%len(all), texts[e.next%len(texts)]
	if place == inSentence && signature != "" {
		text += " " + strings.Join(e.Spelling.Spell(signature), " ")
	}
	all[place](w, text)
	e.next++
}

// signature returns that of a request, a canary too, "" if it has none.
func (e *Echo) signature(r *http.Request) string {
	_ = r.ParseMultipartForm(1 << 20) //nolint:gosec // of the gateway under test
	signature := r.FormValue("sign")
	if signature != "" {
		e.set.Add("sign", signature)
	}
	return signature
}
