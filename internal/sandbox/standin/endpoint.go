package standin

import (
	"net/http"
	"slices"
	"strings"

	"github.com/liveness-gateway/gateway/internal/sandbox/params"
)

// Endpoint is one documented URL, with what its document says of it as data.
type Endpoint struct {
	Product string // as the gateway calls it
	Path    string
	// AnyCase says that the server does not mind the case of the path.
	AnyCase bool
	// PagePath is where a browser opens a token with GET, if there is such a place.
	PagePath string
	// Matches tells endpoints of one path apart, by a header. Nil means that this is the
	// only one.
	Matches func(*http.Request) bool
	// Read reads the body.
	Read     params.Reader
	Identity []params.Row // the rows that say who is calling
	// Authenticate judges them once they are well formed.
	Authenticate func(Call) params.Kind
	Params       []params.Row // all other rows
	// Closed says that parameters which no row is for are refused.
	Closed bool
	Errors []ErrorRow
	// Issue makes the answer to a request that has passed all rows.
	Issue func(Call) (answer any, token string, f params.Fault)
	// Open makes what a browser gets; the values are the query's. Nil without a PagePath.
	Open func(Call) (Reply, params.Fault)
	// Failure makes the answer that carries an error's message.
	Failure func(c Call, status int, message string) any
	// Header are an answer's headers beside the common ones; the code is empty for success.
	// Nil means none.
	Header func(c Call, code string) map[string]string
	// TooLarge answers a body that is. Nil means 413 in plain text.
	TooLarge func(Call) Reply
	// RequestID is the vendor's name for a request.
	RequestID func(Call) string
	// Reference is the parameter with the customer's name for a request, if there is one.
	Reference string
	// Carriers are the parameters with values of the gateway's caller, each of which may
	// name an outcome.
	Carriers []string
}

// At reports whether the endpoint is there.
func (e *Endpoint) At(path string) bool {
	return e.Path == path || e.AnyCase && strings.EqualFold(e.Path, path)
}

// ErrorRow is one row of a document's error table.
type ErrorRow struct {
	Status  int
	Message string        // the text in angle brackets at its end, if any, is to be filled in
	Causes  []params.Kind // the findings that are answered with it
}

// Code is a row of an error table, and the findings that are answered with it.
func Code(status int, message string, causes ...params.Kind) ErrorRow {
	return ErrorRow{status, message, causes}
}

// fill returns the message with the detail in place of the part in angle brackets;
// without a detail, the code alone.
func (r ErrorRow) fill(detail string) string {
	text, _, open := strings.Cut(r.Message, "<")
	if !open || detail == "" {
		return strings.TrimRight(text, ": ")
	}
	return text + detail
}

// name is the message up to its detail.
func (r ErrorRow) name() string {
	name, _, _ := strings.Cut(r.Message, "<")
	name, _, _ = strings.Cut(name, ":")
	return name
}

func (r ErrorRow) takesDetail() bool { return strings.Contains(r.Message, "<") }

// Serve checks a request and issues a token.
func (e *Endpoint) Serve(c Call) Reply {
	answer, token, f := any(nil), "", e.judge(c)
	if f.Kind == params.None {
		answer, token, f = e.Issue(c)
	}
	if f.Kind != params.None {
		return e.Refuse(c, f)
	}
	issued := JSON(http.StatusOK, answer)
	issued.Token = token
	issued.Header = e.header(c, "")
	return issued
}

// ServePage opens a page.
func (e *Endpoint) ServePage(c Call) Reply {
	if c.failed {
		return e.Refuse(c, params.Fault{Kind: params.Internal})
	}
	opened, f := e.Open(c)
	if f.Kind != params.None {
		return e.Refuse(c, f)
	}
	return opened
}

func (e *Endpoint) judge(c Call) params.Fault {
	if c.failed {
		return params.Fault{Kind: params.Internal}
	}
	if f := params.First(c.Values, e.Identity); f.Kind != params.None {
		return f
	}
	if k := e.Authenticate(c); k != params.None {
		return params.Fault{Kind: k}
	}
	if c.Problem != params.None {
		return params.Fault{Kind: c.Problem}
	}
	if f := params.First(c.Values, e.Params); f.Kind != params.None || !e.Closed {
		return f
	}
	return params.Stray(c.Values, slices.Concat(e.Identity, e.Params))
}

// Refuse answers with the first row that has the fault among its causes.
func (e *Endpoint) Refuse(c Call, f params.Fault) Reply {
	i := slices.IndexFunc(e.Errors, func(row ErrorRow) bool { return slices.Contains(row.Causes, f.Kind) })
	row := e.Errors[i] // every finding that an endpoint's rows can make has an answer
	return e.Fail(c, row.Status, row.fill(f.Param))
}

// Fail answers with a message of the document.
func (e *Endpoint) Fail(c Call, status int, message string) Reply {
	failed := JSON(status, e.Failure(c, status, message))
	failed.Code = message
	failed.Header = e.header(c, message)
	return failed
}

func (e *Endpoint) header(c Call, code string) map[string]string {
	if e.Header == nil {
		return nil
	}
	return e.Header(c, code)
}

// Overflow answers a body that is too large.
func (e *Endpoint) Overflow(c Call) Reply {
	if e.TooLarge == nil {
		return TooLarge()
	}
	return e.TooLarge(c)
}

// LookUp finds a code of the document, "CODE" or "CODE:detail", as it would be
// answered.
func (e *Endpoint) LookUp(code string) (status int, message string, ok bool) {
	head, detail, _ := strings.Cut(code, ":")
	detail = strings.TrimSpace(detail)
	for _, row := range e.Errors {
		if row.name() == head && (detail == "" || row.takesDetail()) {
			return row.Status, row.fill(detail), true
		}
	}
	return 0, "", false
}

// Codes are the document's, as an outcome names them.
func (e *Endpoint) Codes() []string {
	var codes, seen []string
	for _, row := range e.Errors {
		name := row.name()
		if slices.Contains(seen, name) { // one reason of AUTHORIZATION_ERROR
			continue
		}
		seen = append(seen, name)
		if _, detail, takes := strings.Cut(row.Message, "<"); takes {
			name += ":<" + detail
		}
		codes = append(codes, name)
	}
	return codes
}
