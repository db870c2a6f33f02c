package leaktest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/liveness-gateway/gateway/internal/leaktest/canary"
)

// Echo is a vendor that repeats what it is sent in one spelling: to each request the next
// value in the next place.
type Echo struct {
	Spelling canary.Spelling

	set     *canary.Set
	secrets []string // names of the canaries that a vendor knows in any case
	mu      sync.Mutex
	sent    []canary.Canary // of the first request, with the secrets
	next    int
}

// reference is a canary that callers choose for logs, also for the vendor's.
const reference = "reference"

// NewEcho returns the vendor of a case. It repeats what is sent to the product, photos and the
// reference aside, and all parts of the credential, of which some may not be.
func (p Product) NewEcho(set *canary.Set, spelling canary.Spelling) *Echo {
	e := &Echo{Spelling: spelling, set: set}
	for i, key := range p.secretKeys() {
		e.secrets = append(e.secrets, secretName(i, key))
	}
	p.Secrets(set)
	return e
}

// request is what a vendor is sent.
type request struct {
	header http.Header
	form   url.Values
	// all of it, as it is and decoded.
	all string
}

// read reads a request to its end, and learns from the first one what requests hold.
func (e *Echo) read(r *http.Request) *request {
	var all strings.Builder
	_, _ = io.Copy(&all, r.Body) // a client that left sees nothing
	body := all.String()
	r.Body = io.NopCloser(strings.NewReader(body))
	_ = r.ParseMultipartForm(1 << 20) //nolint:gosec // of the gateway under test
	_ = r.Header.Write(&all)
	decoded, _ := url.QueryUnescape(body)
	all.WriteString(r.RequestURI + decoded)
	got := &request{r.Header, r.Form, all.String()}
	if e.sent == nil {
		for _, c := range e.set.Canaries() {
			if c.Name != reference && !e.set.IsPhoto(c.Name) && (slices.Contains(e.secrets, c.Name) || strings.Contains(got.all, c.Value)) {
				e.sent = append(e.sent, c)
			}
		}
	}
	return got
}

// texts are all values in the spelling, each as often as it is to be seen.
func (e *Echo) texts(each int) (texts []string) {
	for _, c := range e.sent {
		for _, text := range e.Spelling.Spell(c.Value) {
			texts = append(texts, slices.Repeat([]string{text}, each)...)
		}
	}
	return texts
}

// Left returns how many more requests it takes to repeat everything in every place, after the
// first one.
func (e *Echo) Left() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return max(0, len(e.texts(len(places())))-e.next)
}

// Answered returns how many requests there were.
func (e *Echo) Answered() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.next
}

// ServeHTTP repeats the next value, and in a sentence the signatures too, which no other request
// has.
func (e *Echo) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	defer e.mu.Unlock()
	got := e.read(r)
	all := places()
	texts := e.texts(len(all))
	place, text := e.next%len(all), texts[e.next%len(texts)]
	if place == inSentence {
		text = strings.Join(append([]string{text}, e.spelt(e.signatures(got))...), " ")
	}
	all[place](w, text)
	e.next++
}

// All repeats everything in one answer, in every field whose text is shown as it is.
func (e *Echo) All(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	defer e.mu.Unlock()
	got := e.read(r)
	texts := append(e.texts(1), e.spelt(e.signatures(got))...)
	var objects []map[string]any
	for _, text := range texts {
		object := map[string]any{text: text, "other": text}
		for _, name := range shown {
			object[name] = "of " + text
		}
		objects = append(objects, object)
	}
	w.Header().Set("X-Echo", strings.Map(printable, strings.Join(texts, " ")))
	answer := map[string]any{"objects": objects}
	for _, name := range shown {
		answer[name] = texts[0]
	}
	answer["msg"], answer["Message"], answer["description"] = strings.Join(texts, " "), strings.Join(texts, " "), strings.Join(texts, " ")
	writeJSON(w, answer)
}

func (e *Echo) spelt(values []string) (texts []string) {
	for _, value := range values {
		texts = append(texts, e.Spelling.Spell(value)...)
	}
	return texts
}

// likeASignature is a text that is made by a computation.
var likeASignature = regexp.MustCompile(`[A-Za-z0-9+/_-]{32,}={0,2}`)

// signatures returns those of a request, which are canaries too: in a field of a form, or in a
// header.
func (e *Echo) signatures(got *request) (found []string) {
	texts := slices.Clone(got.form["sign"])
	for name, values := range got.header {
		if name != "Content-Type" { // of a form it has the boundary
			texts = append(texts, values...)
		}
	}
	for _, text := range texts {
		for _, signature := range likeASignature.FindAllString(text, -1) {
			if canary.Digits(signature) != "" && !e.holds(signature) { // a name has none
				found = append(found, e.set.Add("sign", signature))
			}
		}
	}
	return found
}

// holds reports whether a text is a canary, or the boundary of a form or the like around one.
func (e *Echo) holds(text string) bool {
	return slices.ContainsFunc(e.set.Canaries(), func(c canary.Canary) bool { return strings.Contains(text, c.Value) })
}

func printable(char rune) rune {
	if char < ' ' || char > '~' {
		return -1
	}
	return char
}

// shown are the fields of vendors' answers whose texts are shown as they are, or looked at.
var shown = []string{
	"error", "error_message", "error_code", "errorCode", "errorName", "code", "Code", "__type", "message", "Message", "msg", "description",
	"reason", "status", "request_id", "RequestId", "correlationId",
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
			writeJSON(w, map[string]any{
				"error_message": "SOMETHING_NEW", "error": "SOMETHING_NEW", "code": "4242", "__type": "SomethingNewException",
				"request_id": text, "RequestId": text, "correlationId": text,
			})
		},
		func(w http.ResponseWriter, text string) {
			text = strings.Map(printable, text) // else it is no HTTP
			for _, name := range []string{"Server", "Date", "X-Amzn-Requestid", "X-Amzn-Errortype", "X-Request-Id"} {
				w.Header().Set(name, text)
			}
			http.Redirect(w, &http.Request{Method: http.MethodGet}, "https://shop.example/"+text, http.StatusBadRequest)
		},
	}
}

// failing puts what of makes of the text into every field of an error.
func failing(of func(string) any) place {
	return func(w http.ResponseWriter, text string) {
		answer := map[string]any{text: text}
		for _, name := range shown {
			answer[name] = of(text)
		}
		writeJSON(w, answer)
	}
}

func writeJSON(w http.ResponseWriter, value any) {
	var body bytes.Buffer
	_ = json.NewEncoder(&body).Encode(value) // of texts it never fails
	w.WriteHeader(http.StatusBadRequest)
	_, _ = w.Write(body.Bytes()) // a client that left sees nothing
}
