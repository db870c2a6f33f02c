package trial

import (
	"crypto/sha256"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing/route"
	"github.com/liveness-gateway/gateway/internal/sensitive"
	"github.com/liveness-gateway/gateway/internal/trial/record"
)

// printer prints an exchange, and how it was read, without what is not to be shown.
type printer struct {
	io.Writer
	safe *redactor
}

func printTrial(output io.Writer, t *trial, wire *record.Exchange, made *call.Call, safe *redactor) error {
	table := tabwriter.NewWriter(output, 0, 0, 2, ' ', 0)
	p := printer{table, safe}
	if wire.Sent == nil {
		p.line("No call was made.")
	} else {
		p.request(wire)
		p.answer(wire)
	}
	p.line("\nRead as\n  reason\t%s", made.Reason())
	if made.Err != nil {
		p.failure(made.Err, made.Outcome.RuledOut)
	} else {
		p.token(made.Outcome.Token)
	}
	for i := range made.Outcome.Attempts {
		p.exchange(t.account.Provider.Codes, wire, &made.Outcome.Attempts[i].Exchange)
		p.row("took", made.Outcome.Attempts[i].Duration.Round(10*time.Microsecond))
	}
	p.line("  a caller gets\tHTTP %d, gRPC %s", made.HTTPStatus(), made.Code())
	return table.Flush()
}

// line prints to a buffer, whose last flush has the error.
func (p printer) line(format string, values ...any) { _, _ = fmt.Fprintf(p, format+"\n", values...) }

// row prints a name and what is known of it; nothing if that is nothing, as the time
// that a vendor does not state.
func (p printer) row(name string, value any) {
	if text := fmt.Sprint(value); text != "" && text != "0s" {
		p.line("  %s\t%s", name, p.safe.hide(text))
	}
}

func (p printer) request(wire *record.Exchange) {
	p.line("Request")
	p.head(wire.Head, p.safe.sent)
	form := wire.Form()
	for _, part := range form {
		value := p.safe.sent(part.Value)
		if part.File {
			value = fmt.Sprintf("<file, %d bytes, sha256 %.8x…>", len(part.Value), sha256.Sum256([]byte(part.Value)))
		}
		p.line("  %s\t%s", part.Name, value)
	}
	if form == nil {
		p.body(p.safe.ofRequest().answer(string(wire.Body)))
	}
}

func (p printer) answer(wire *record.Exchange) {
	if wire.Answered == nil {
		p.line("\nNo answer came.")
		return
	}
	p.line("\nAnswer")
	var head strings.Builder
	_ = wire.Answered.Header.Write(&head) // sorted
	p.head(wire.Answered.Proto+" "+wire.Answered.Status+"\r\n"+strings.TrimSpace(head.String()), p.safe.received)
	p.body(p.safe.answer(wire.Text()))
}

var (
	queryValue = regexp.MustCompile(`=[^&\s]*`)
	// harmlessHeaders say nothing of who calls and about whom.
	harmlessHeaders = []string{
		"Accept", "Accept-Encoding", "Allow", "Cache-Control", "Connection", "Content-Encoding", "Content-Length",
		"Content-Type", "Date", "Host", "Retry-After", "Server", "Transfer-Encoding", "User-Agent", "Via",
	}
)

// head prints a start line and headers, with show for the values of other headers.
func (p printer) head(head string, show func(value string) string) {
	first, headers, _ := strings.Cut(head, "\r\n")
	first = printable(first)
	p.line("  %s", p.safe.hide(queryValue.ReplaceAllStringFunc(first, func(value string) string {
		plain, _ := url.QueryUnescape(value[1:])
		return "=" + show(plain)
	})))
	for header := range strings.SplitSeq(headers, "\r\n") {
		name, value, found := strings.Cut(printable(header), ": ")
		if !slices.Contains(harmlessHeaders, name) {
			value = show(value)
		}
		if found {
			p.line("  %s: %s", name, p.safe.hide(value))
		}
	}
	p.line("")
}

func (p printer) body(content string) {
	for line := range strings.Lines(content) {
		p.line("  %s", printable(line))
	}
}

// printable returns a text with blanks for what a terminal would obey or not show, but for tabs.
func printable(text string) string {
	return strings.Map(func(char rune) rune {
		if char == '\t' {
			return char
		}
		return providers.Visible(char)
	}, strings.TrimRight(text, "\r\n"))
}

func (p printer) failure(failure *providers.Error, ruledOut []route.RuledOut) {
	violations := failure.Violations
	for _, out := range ruledOut {
		violations = out.Violations // all that are in the way
	}
	for _, v := range violations {
		p.row("field at fault", string(v.Path)+": "+v.Description)
	}
	p.row("because", failure.Message)
	if failure.Cause != nil {
		p.row("cause", failure.Cause)
	}
	if failure.Ambiguous {
		p.row("ambiguous", "a token may have been issued")
	}
}

func (p printer) token(token *providers.Token) {
	p.row("token", size(token.Value))
	p.row("session id", size(token.SessionID))
	p.row("client url", size(token.Client.URL))
	p.row("client digits", size(token.Client.Digits))
	p.row("client endpoint", token.Client.Endpoint)
	if !token.Expiry.Time.IsZero() {
		p.row("expires", token.Expiry.Time.UTC().Format(time.RFC3339)+", "+expirySources[token.Expiry.Source])
	}
}

func size(value sensitive.String) string {
	if value.IsZero() {
		return ""
	}
	return fmt.Sprintf("%s, %d bytes", value, value.Len())
}

func (p printer) exchange(codes providers.CodeTable, wire *record.Exchange, e *providers.Exchange) {
	p.row("vendor code", e.Code)
	if e.Code != "" {
		p.row("row of the table", citation(codes, e.Code))
	}
	p.row("vendor text", e.Text)
	p.row("vendor request id", e.RequestID)
	p.row("vendor reference", e.Reference)
	p.row("processing time", e.ProcessingTime)
	p.row("billed", e.Billed)
	if !e.Date.IsZero() {
		p.row("vendor's clock", fmt.Sprint("ahead by ", e.Date.Sub(wire.At.Truncate(time.Second)), " (Date)"))
	}
}

// citation is the row of the table that explains a code: its own, its family's or, without the
// part after its colon, that of its head.
func citation(codes providers.CodeTable, code string) string {
	head, _, _ := strings.Cut(code, ":")
	for _, wanted := range []string{codes.Row(code), head} {
		for _, row := range codes {
			if row.Code == wanted {
				return row.Code + ": " + row.Document + ", " + row.Section
			}
		}
	}
	return "none"
}
