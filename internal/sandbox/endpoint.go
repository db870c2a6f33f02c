package sandbox

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// endpoint is one documented URL, with what its document says of it as data.
type endpoint struct {
	product string // as the gateway calls it
	path    string
	// pagePath is where a browser opens a token with GET, if there is such a place.
	pagePath string
	// readForm answers false if the body is too large.
	readForm func(http.ResponseWriter, *http.Request) (form, bool)
	identity []param // the rows that say who is calling
	// authenticate judges them once they are well formed.
	authenticate func(form, time.Time) kind
	params       []param // all other rows
	errors       []errorRow
	// issue makes the answer to a request that has passed all rows.
	issue func(call) (answer any, token string, f fault)
	// open makes what a browser gets; the form is the query. Nil without a pagePath.
	open func(call) (reply, fault)
	// failure makes the answer that carries an error's message.
	failure func(c call, message string) any
	// requestID is the vendor's name for a request.
	requestID func(call) string
	// reference is the parameter with the customer's name for a request, if there is one.
	reference string
	// carriers are the parameters with values of the gateway's caller, each of which may
	// name an outcome.
	carriers []string
}

// errorRow is one row of a document's error table.
type errorRow struct {
	status  int
	message string // the text in angle brackets at its end, if any, is to be filled in
	causes  []kind // the findings that are answered with it
}

// fill returns the message with the detail in place of the part in angle brackets;
// without a detail, the code alone.
func (r errorRow) fill(detail string) string {
	text, _, open := strings.Cut(r.message, "<")
	if !open || detail == "" {
		return strings.TrimRight(text, ": ")
	}
	return text + detail
}

func (r errorRow) takesDetail() bool { return strings.Contains(r.message, "<") }

// serve checks a request and issues a token.
func (e *endpoint) serve(c call) reply {
	answer, token, f := any(nil), "", e.judge(c)
	if f.kind == noFault {
		answer, token, f = e.issue(c)
	}
	if f.kind != noFault {
		return e.refuse(c, f)
	}
	issued := jsonReply(http.StatusOK, answer)
	issued.token = token
	return issued
}

// servePage opens a page.
func (e *endpoint) servePage(c call) reply {
	if c.failed {
		return e.refuse(c, fault{kind: internalFault})
	}
	opened, f := e.open(c)
	if f.kind != noFault {
		return e.refuse(c, f)
	}
	return opened
}

func (e *endpoint) judge(c call) fault {
	if c.failed {
		return fault{kind: internalFault}
	}
	if f := firstFault(c.form, e.identity); f.kind != noFault {
		return f
	}
	if k := e.authenticate(c.form, c.began); k != noFault {
		return fault{kind: k}
	}
	return firstFault(c.form, e.params)
}

func (e *endpoint) refuse(c call, f fault) reply {
	i := slices.IndexFunc(e.errors, func(row errorRow) bool { return slices.Contains(row.causes, f.kind) })
	row := e.errors[i] // every finding that an endpoint's rows can make has an answer
	return e.fail(c, row.status, row.fill(f.param))
}

func (e *endpoint) fail(c call, status int, message string) reply {
	failed := jsonReply(status, e.failure(c, message))
	failed.code = message
	return failed
}

// lookUp finds a code of the document, "CODE" or "CODE:detail", as it would be
// answered.
func (e *endpoint) lookUp(code string) (status int, message string, ok bool) {
	head, detail, _ := strings.Cut(code, ":")
	detail = strings.TrimSpace(detail)
	for _, row := range e.errors {
		if name, _, _ := strings.Cut(row.message, ":"); name == head && (detail == "" || row.takesDetail()) {
			return row.status, row.fill(detail), true
		}
	}
	return 0, "", false
}

// codes are the document's, as an outcome names them.
func (e *endpoint) codes() []string {
	var codes, seen []string
	for _, row := range e.errors {
		name, _, _ := strings.Cut(row.message, ":")
		if slices.Contains(seen, name) { // one reason of AUTHORIZATION_ERROR
			continue
		}
		seen = append(seen, name)
		codes = append(codes, strings.ReplaceAll(row.message, " ", ""))
	}
	return codes
}

// entry begins the ledger's entry of a request.
func (e *endpoint) entry(c call) Entry {
	const kept = 128 // bytes: many entries are kept
	name := c.form[e.reference].text
	if len(name) > kept {
		name = name[:kept]
	}
	return Entry{Product: e.product, Reference: strings.ToValidUTF8(name, "\ufffd"), RequestID: e.requestID(c)}
}
