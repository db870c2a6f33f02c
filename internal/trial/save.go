package trial

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"google.golang.org/protobuf/proto"

	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/files"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/trial/record"
)

// savedCase is one case of an adapter's testdata/answers.json.
type savedCase struct {
	ID          string `json:"id"`
	Product     string `json:"product"`
	HTTPStatus  int    `json:"http_status"`
	ContentType string `json:"content_type"`
	Body        string `json:"body"`
	// SubjectID is the invented one of the request, where the answer or what it is read as has it.
	SubjectID string    `json:"subject_id,omitempty"`
	Evidence  string    `json:"evidence"`
	Want      savedWant `json:"want"`
}

// savedWant is what the answer was read as.
type savedWant struct {
	Token        string           `json:"token,omitempty"`
	SessionID    string           `json:"session_id,omitempty"`
	Digits       string           `json:"digits,omitempty"`
	ClientURL    string           `json:"client_url,omitempty"` // where the answer has it
	LifetimeS    int64            `json:"lifetime_s,omitempty"`
	ExpireTime   int64            `json:"expire_time,omitempty"`
	ExpirySource string           `json:"expiry_source,omitempty"`
	SingleUse    bool             `json:"single_use,omitempty"`
	Billed       string           `json:"billed,omitempty"`
	Reason       providers.Reason `json:"reason,omitempty"`
	Field        providers.Path   `json:"field,omitempty"`
	HTTP         int              `json:"http,omitempty"`
}

// expirySources are the contract's words.
var expirySources = map[providers.ExpirySource]string{
	providers.ExpiryUnknown: "UNSPECIFIED",
	providers.VendorStated:  "VENDOR_STATED", providers.Requested: "REQUESTED", providers.DocumentedDefault: "DOCUMENTED_DEFAULT",
}

// readCases reads the cases of a file, none if there is no such file.
func readCases(file string) ([]any, error) {
	content, err := files.Read(file)
	if file == "" || errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var raw []json.RawMessage
	if err == nil && json.Unmarshal(content, &raw) != nil {
		err = fmt.Errorf("%s: not a JSON array of cases", file)
	}
	cases := make([]any, len(raw))
	for i := range raw {
		cases[i] = raw[i]
	}
	return cases, err
}

// save adds the answer to the cases and writes the file. It reads the answer as it is
// saved once more, lest what is hidden changes what it means.
func (t *trial) save(ctx context.Context, file string, cases []any, wire *record.Exchange, made *call.Call, safe *redactor) error {
	invented := safe.inventing()
	c := savedCase{
		ID:          fmt.Sprintf("%s-%s-%d", t.product.ID, strings.ToLower(string(made.Reason())), wire.At.Unix()),
		Product:     t.product.ID,
		HTTPStatus:  wire.Answered.StatusCode,
		ContentType: invented.hide(wire.Answered.Header.Get("Content-Type")),
		Body:        invented.answer(wire.Text()),
		Evidence:    fmt.Sprintf("seen at %s, account region %s", wire.At.UTC().Format(time.RFC3339), cmp.Or(t.account.Region, "none")),
	}
	subject := invented.hide(t.message.GetSubjectId())
	again, err := t.of(subject).call(ctx, &c)
	if err != nil {
		return err
	}
	c.Want = wantOf(t.product, again)
	if strings.Contains(c.Body+c.Want.SessionID, subject) {
		c.SubjectID = subject
	}
	if token := again.Outcome.Token; token != nil && strings.Contains(c.Body, token.Client.URL.Reveal()) {
		c.Want.ClientURL = token.Client.URL.Reveal()
	}
	want := wantOf(t.product, made)
	want.Token, want.Digits, want.SessionID, want.ClientURL = c.Want.Token, c.Want.Digits, c.Want.SessionID, c.Want.ClientURL
	if !utf8.ValidString(c.Body) || c.Want != want {
		return errors.New("not saved: without what is hidden the answer would be read as another")
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	if err := encoder.Encode(append(cases, &c)); err != nil {
		return err
	}
	return os.WriteFile(file, text.Bytes(), 0o600)
}

// of returns the trial with the request of another subject, the same one if there is none.
func (t *trial) of(subject string) *trial {
	if subject == "" {
		return t
	}
	other := *t
	other.message = proto.CloneOf(t.message)
	other.message.SubjectId = subject
	return &other
}

// RoundTrip answers as the case says.
func (c *savedCase) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: c.HTTPStatus,
		Header:     http.Header{"Content-Type": {c.ContentType}},
		Body:       io.NopCloser(strings.NewReader(c.Body)),
	}, nil
}

func wantOf(product *providers.Product, made *call.Call) savedWant {
	if made.Err != nil {
		want := savedWant{Reason: made.Reason(), HTTP: made.HTTPStatus()}
		if len(made.Err.Violations) > 0 {
			want.Field = made.Err.Violations[0].Path
		}
		return want
	}
	token := made.Outcome.Token
	want := savedWant{
		Token: token.Value.Reveal(), SessionID: token.SessionID.Reveal(), Digits: token.Client.Digits.Reveal(),
		ExpirySource: expirySources[token.Expiry.Source], SingleUse: product.Use == providers.SingleUse,
	}
	switch token.Expiry.Source {
	case providers.VendorStated:
		want.ExpireTime = token.Expiry.Time.Unix()
	case providers.DocumentedDefault:
		want.LifetimeS = int64(product.Lifetime.Seconds())
	default: // what was asked for is not in the answer
	}
	if billed := token.Exchange.Billed; billed != providers.BilledUnknown {
		want.Billed = billed.String()
	}
	return want
}
