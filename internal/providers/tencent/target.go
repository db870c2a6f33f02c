package tencent

import (
	"context"
	"time"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/bodies"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

const (
	mediaType = "application/json"
	version   = "2018-03-01" // X-TC-Version
)

// action is one of the vendor's calls that issue tokens.
type action struct {
	// name is X-TC-Action.
	name string
	// add adds the fields of the request.
	add func(body *bodies.JSON, r *providers.Request, set settings)
	// read returns the token of an answer and what else the client needs, and whether both can be
	// used.
	read func(*response) (token vendorhttp.Text, client providers.Client, usable bool)
}

// target is a product on an account.
type target struct {
	*account
	product    *providers.Product
	action     action
	parameters settings
}

// Issue asks for a token by POST /.
func (t *target) Issue(ctx context.Context, call providers.Call) (*providers.Token, error) {
	address := t.URL(t.product.Endpoint)
	answer, failure := vendorhttp.Post(ctx, t.Transport, address, call, t.body(call, address.Host))
	if failure != nil {
		return nil, failure
	}
	return t.token(answer, call)
}

func (t *target) body(call providers.Call, host string) *bodies.JSON {
	body := bodies.NewJSON(mediaType)
	t.action.add(body, call.Request, t.parameters)
	body.SetHeader("X-TC-Action", t.action.name)
	body.SetHeader("X-TC-Version", version)
	body.SetHeader("X-TC-Region", t.parameters[region.Name])
	authorize(body, host, t.Credentials[call.Credential], call.SigningTime())
	return body
}

// addCard adds an identity card. The vendor takes only a capital X.
func addCard(body *bodies.JSON, card *providers.IdentityDocument) {
	body.AddSensitive("IdCard", card.NumberInCapitals())
	body.AddSensitive("Name", card.Name)
}

// addExtra adds what comes back with the result: the caller's data, else its business number.
func addExtra(body *bodies.JSON, r *providers.Request) {
	switch {
	case !r.ExtraData.IsZero():
		body.AddSensitive("Extra", r.ExtraData)
	case r.Reference != "":
		body.Add("Extra", r.Reference)
		body.Reference = r.Reference
	}
}

// reply is the body of every answer. An error stands in Response; the vendor's SDK also reads code,
// which is not 0, and codeDesc beside it, of older servers.
type reply struct {
	Response response `json:"Response"`

	Code     vendorhttp.Scalar `json:"code"`
	CodeDesc vendorhttp.Scalar `json:"codeDesc"`
	Message  vendorhttp.Text   `json:"message"`
}

// response has the fields of all four answers. VerificationUrl is the former spelling of
// VerificationURL, and another field.
type response struct {
	RequestID vendorhttp.Text   `json:"RequestId"`
	Error     vendorhttp.Scalar `json:"Error"`

	BizToken              vendorhttp.Text `json:"BizToken"`
	URL                   vendorhttp.Text `json:"Url"`
	VerificationURL       vendorhttp.Text `json:"VerificationURL"`
	FormerVerificationURL vendorhttp.Text `json:"VerificationUrl"`
	FaceIDToken           vendorhttp.Text `json:"FaceIdToken"`
	ClientConfig          vendorhttp.Text `json:"ClientConfig"`
	SDKToken              vendorhttp.Text `json:"SdkToken"`
}

func (t *target) token(answer *vendorhttp.Answer, call providers.Call) (*providers.Token, error) {
	var reply reply
	if !answer.Decode(&reply) {
		return nil, answer.WithoutCode()
	}
	answer.SetRequestID(reply.Response.RequestID)
	if failure := failureOf(&reply, answer); failure != nil {
		return nil, failure
	}
	token, client, usable := t.action.read(&reply.Response)
	if !usable || !vendorhttp.UsableToken(string(token)) {
		return nil, answer.WithoutToken()
	}
	return &providers.Token{
		Value:    sensitive.New(string(token)),
		Expiry:   providers.NewExpiry(call.Now, time.Time{}, 0, t.product.Lifetime),
		Client:   client,
		Exchange: answer.Exchange(),
	}, nil
}

// page returns the client of a hosted page, and whether a browser can open it. The address is
// passed on as it came, because it contains others that are escaped twice.
func page(address vendorhttp.Text) (client providers.Client, usable bool) {
	return providers.Client{URL: sensitive.New(string(address))}, vendorhttp.UsablePage(string(address))
}
