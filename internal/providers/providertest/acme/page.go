package acme

import (
	"cmp"
	"context"
	"strconv"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/bodies"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

const document = "Acme: Open Session"

// page has no documented lifetime: every answer states its own in expires_in.
var page = providers.Product{
	ID:       Name + ".page",
	Flows:    []providers.Flow{providers.FlowHostedPage},
	Document: document,
	Endpoint: "/v3/sessions",
	Use:      providers.SingleUse, // 4, session
	Needs:    []providers.Need{{Field: providers.FieldSubjectID}, {Field: providers.FieldReturnURL}},
	Honours:  providers.FieldSet(providers.FieldReturnURL, providers.FieldPhotos),
	Identity: providers.FieldSet(providers.FieldSubjectID, providers.FieldReference),
	Limits: []providers.Limit{
		providers.AtMostBytes(providers.FieldReference, 40),
		providers.AtMostBytes(providers.FieldSubjectID, 64),
		providers.AtMostPhotos(1),
	},
	Parameters: []providers.Parameter{layout},
}

// sessionNoLength is the length of a generated session_no, within the 40 bytes of 3.
const sessionNoLength = 32

type pageTarget struct {
	*account
	parameters map[string]string
}

// Issue asks for a session by POST /v3/sessions.
func (t *pageTarget) Issue(ctx context.Context, call providers.Call) (*providers.Token, error) {
	answer, failure := vendorhttp.Post(ctx, t.Transport, t.URL(page.Endpoint), call, t.form(call))
	if failure != nil {
		return nil, failure
	}
	return read(answer, call)
}

func (t *pageTarget) form(call providers.Call) *bodies.Form {
	request, credential := call.Request, t.Credentials[call.Credential]
	timestamp := strconv.FormatInt(call.SigningTime().Unix(), 10)

	form := bodies.NewForm(t.Random, 4)
	form.Reference = cmp.Or(request.Reference, bodies.RandomText(t.Random, sessionNoLength))
	form.SetSensitiveHeader("X-Acme-Key", credential[keyAppKey])
	form.SetHeader("X-Acme-Time", timestamp)
	form.SetSensitiveHeader("X-Acme-Sign", sign(credential[keyAppKey], credential[keyAppSecret], timestamp, form.Reference))
	form.Hide(credential[keyAppSecret])

	form.Add("session_no", form.Reference)
	form.AddSensitive("user", request.SubjectID)
	form.AddSensitive("back_url", request.ReturnURL)
	for _, photo := range request.Photos {
		form.AddFile("portrait", photo)
	}
	form.Add(layout.Name, t.parameters[layout.Name])
	return form
}

// reply is the body of 4 and 5.
type reply struct {
	Trace     vendorhttp.Text   `json:"trace"`
	Error     vendorhttp.Scalar `json:"error"`
	Session   vendorhttp.Text   `json:"session"`
	Page      vendorhttp.Text   `json:"page"`
	ExpiresIn vendorhttp.Scalar `json:"expires_in"`
}

func read(answer *vendorhttp.Answer, call providers.Call) (*providers.Token, error) {
	var reply reply
	if !answer.Decode(&reply) {
		return nil, answer.WithoutCode()
	}
	answer.SetRequestID(reply.Trace)
	if failure := failureOf(reply, answer, call.Request); failure != nil {
		return nil, failure
	}
	session, address := string(reply.Session), string(reply.Page)
	if !vendorhttp.UsableToken(session) || !vendorhttp.UsablePage(address) {
		return nil, answer.WithoutToken()
	}
	return &providers.Token{
		Value:     sensitive.New(session),
		Expiry:    providers.NewExpiry(call.Now, reply.ExpiresIn.SecondsAfter(call.Now), 0, page.Lifetime),
		Client:    providers.Client{URL: sensitive.New(address)},
		Reference: call.MadeReference(answer.Exchange().Reference),
		Exchange:  answer.Exchange(),
	}, nil
}
