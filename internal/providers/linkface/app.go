package linkface

import (
	"context"
	"net/url"
	"time"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/bodies"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

const document = "Linkface: SDK get_token"

var app = providers.Product{
	ID:       Name + ".app",
	Flows:    []providers.Flow{providers.FlowAppSDK},
	Document: document,
	Endpoint: "/v2/sdk/get_token",
	Lifetime: 5 * time.Minute, // section 1.3, data.token
	Honours:  providers.FieldSet(providers.FieldDetection),
}

// detectionTypes are the values of detection_type, section 1.2. Index 0 is what an
// absent detection means.
var detectionTypes = [...]string{
	0:                        "liveness",
	providers.DetectIDCard:   "idcard_ocr",
	providers.DetectBankCard: "bankcard_ocr",
}

// sequenceIDLength is the length that section 1.2 recommends.
const sequenceIDLength = 64

type appTarget struct{ *account }

// Issue asks for a token by POST /v2/sdk/get_token.
func (t *appTarget) Issue(ctx context.Context, call providers.Call) (*providers.Token, error) {
	form := t.form(call)
	answer, failure := vendorhttp.Post(ctx, t.Transport, t.url(call, form), call, form)
	if failure != nil {
		return nil, failure
	}
	return read(answer, call)
}

// url carries sequence_id and api_id in the query, as the curl sample of section
// 1.5 does.
func (t *appTarget) url(call providers.Call, form *bodies.Form) *url.URL {
	query := form.NewQuery()
	query.Add("sequence_id", form.Reference)
	query.AddSensitive("api_id", t.credentials[call.Credential].apiID)
	target := t.URL(app.Endpoint)
	target.RawQuery = query.Encode()
	return target
}

func (t *appTarget) form(call providers.Call) *bodies.Form {
	credential := t.credentials[call.Credential]
	timestamp := t.timestamp(call.SigningTime())

	form := bodies.NewForm(t.Random, 3)
	form.Reference = bodies.RandomText(t.Random, sequenceIDLength)
	form.Add("detection_type", detectionTypes[call.Request.Detection])
	form.Add("timestamp", timestamp)
	form.AddSensitive("sign", credential.sign(timestamp))
	form.Hide(credential.apiSecret)
	return form
}

// reply is the body of section 1.3, and of the older API (status, reason).
type reply struct {
	RequestID vendorhttp.Text   `json:"request_id"`
	Code      verdict           `json:"code"`
	Msg       vendorhttp.Text   `json:"msg"`
	Charge    vendorhttp.Scalar `json:"charge"`
	Data      struct {
		Token vendorhttp.Text `json:"token"`
	} `json:"data"`
	Status verdict         `json:"status"`
	Reason vendorhttp.Text `json:"reason"`
}

// verdict is a field that reports success or an error. If the field is repeated, an error is not
// overwritten.
type verdict string

// UnmarshalJSON never fails.
func (v *verdict) UnmarshalJSON(data []byte) error {
	var said vendorhttp.Scalar
	_ = said.UnmarshalJSON(data) // never fails either
	code := vendorhttp.CanonicalCode(string(*v))
	if said != "" && (*v == "" || code == codeSuccess || code == statusSuccess) {
		*v = verdict(said)
	}
	return nil
}

func read(answer *vendorhttp.Answer, call providers.Call) (*providers.Token, error) {
	var reply reply
	if !answer.Decode(&reply) {
		return nil, answer.WithoutCode()
	}
	answer.SetRequestID(reply.RequestID)
	answer.SetText(reply.Msg + reply.Reason)
	answer.SetBilled(billed(reply.Charge))
	if failure := failureOf(reply, answer); failure != nil {
		return nil, failure
	}
	token := string(reply.Data.Token)
	if !vendorhttp.UsableToken(token) {
		return nil, answer.WithoutToken()
	}
	return &providers.Token{
		Value:    sensitive.New(token),
		Expiry:   providers.NewExpiry(call.Now, time.Time{}, 0, app.Lifetime),
		Exchange: answer.Exchange(),
	}, nil
}

// billed reads charge, section 1.3: 1 billed, 2 not.
func billed(charge vendorhttp.Scalar) providers.Billed {
	switch charge {
	case "1":
		return providers.BilledYes
	case "2":
		return providers.BilledNo
	default:
		return providers.BilledUnknown
	}
}
