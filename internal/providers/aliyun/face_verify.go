package aliyun

import (
	"cmp"
	"context"
	"time"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/bodies"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

const document = "Aliyun: InitFaceVerify"

const (
	action  = "InitFaceVerify"
	version = "2019-03-07"
)

// faceVerify starts a check in an app or on the vendor's page: which of them is the target's to say,
// and so is what the user is compared with.
var faceVerify = providers.Product{
	ID:       Name + ".face-verify",
	Flows:    []providers.Flow{providers.FlowAppSDK, providers.FlowHostedPage},
	Document: document,
	Endpoint: "/",
	Lifetime: 30 * time.Minute,    // CertifyUrl; CertifyId by the page on the native call
	Use:      providers.SingleUse, // CertifyUrl: one submission
	Needs: []providers.Need{
		{Field: providers.FieldClientMetadata}, // MetaInfo
		{Field: providers.FieldIdentityDocument, With: comparesIDCard},
		{Field: providers.FieldPhotos, With: comparesPhoto},
		{Field: providers.FieldReturnURL, With: ofPages},
		{Field: providers.FieldSubjectID, With: comparesNothing, When: &providers.Condition{
			Text: "without return_url", Holds: func(r *providers.Request) bool { return r.ReturnURL.IsZero() },
		}},
	},
	Honours: providers.FieldSet(
		providers.FieldClientMetadata, providers.FieldIdentityDocument, providers.FieldPhotos,
		providers.FieldDetectRotatedFaces, providers.FieldMultipleFaces,
		providers.FieldReturnURL, providers.FieldNotifyURL,
	),
	Identity: providers.FieldSet(providers.FieldSubjectID, providers.FieldReference),
	Limits:   limits,
	Parameters: []providers.Parameter{
		sceneID, productCode, certifyURLType, model, procedurePriority, needMultiFaceCheck, videoEvidence, suitableType,
	},
}

// orderNumberLength is the length of a generated OuterOrderNo, which one page takes for the only one.
const orderNumberLength = 32

type faceVerifyTarget struct {
	*account
	parameters map[string]string
}

// Issue asks for a check by POST /.
func (t *faceVerifyTarget) Issue(ctx context.Context, call providers.Call) (*providers.Token, error) {
	body := t.body(call.Request)
	address := t.URL(faceVerify.Endpoint)
	address.RawQuery = t.query(body, call.Request)
	t.sign(body, address, call)
	answer, failure := vendorhttp.Post(ctx, t.Transport, address, call, body)
	if failure != nil {
		return nil, failure
	}
	return t.read(answer, call)
}

// body has what the vendor's SDK has in it.
func (t *faceVerifyTarget) body(request *providers.Request) *bodies.URLEncoded {
	body := bodies.NewURLEncoded()
	body.Reference = cmp.Or(request.Reference, bodies.RandomText(t.Random, orderNumberLength))
	body.Add("Model", cmp.Or(t.parameters[model.Name], defaultModel))
	for _, photo := range request.Photos {
		body.AddPhoto("FaceContrastPicture", photo)
	}
	return body
}

// query has all other parameters, as in the vendor's SDK, in the order in which they are signed.
func (t *faceVerifyTarget) query(body *bodies.URLEncoded, request *providers.Request) string {
	query := body.NewQuery()
	query.AddSensitive("MetaInfo", request.ClientMetadata)
	query.Add("OuterOrderNo", body.Reference)
	query.AddSensitive("UserId", request.SubjectID)
	query.AddSensitive("ReturnUrl", request.ReturnURL)
	query.AddSensitive("CallbackUrl", request.NotifyURL)
	if card := request.IdentityDocument; card != nil {
		query.Add("CertType", "IDENTITY_CARD")
		query.AddSensitive("CertName", card.Name)
		query.AddSensitive("CertNo", card.NumberInCapitals())
	}
	if t.isPage() {
		query.Add("CertifyUrlStyle", "L") // short links are blocked in some places
	}
	for name, setting := range settings {
		query.Add(name, t.parameters[setting.Name])
	}
	return query.EncodeSorted()
}

// isPage reports whether the check is on the vendor's page, and not in an app.
func (t *faceVerifyTarget) isPage() bool { return t.parameters[certifyURLType.Name] != "" }

// reply is the body of every answer.
type reply struct {
	RequestID vendorhttp.Text   `json:"RequestId"`
	Code      vendorhttp.Scalar `json:"Code"`
	Message   vendorhttp.Text   `json:"Message"`

	ResultObject struct {
		CertifyID  vendorhttp.Text `json:"CertifyId"`
		CertifyURL vendorhttp.Text `json:"CertifyUrl"`
	} `json:"ResultObject"`
}

func (t *faceVerifyTarget) read(answer *vendorhttp.Answer, call providers.Call) (*providers.Token, error) {
	var reply reply
	if !answer.Decode(&reply) {
		return nil, answer.WithoutCode()
	}
	answer.SetRequestID(reply.RequestID)
	if failure := failureOf(&reply, answer, call.Request); failure != nil {
		return nil, failure
	}
	check, page := string(reply.ResultObject.CertifyID), string(reply.ResultObject.CertifyURL)
	if !vendorhttp.UsableToken(check) || (page != "" || t.isPage()) && !vendorhttp.UsablePage(page) {
		return nil, answer.WithoutToken()
	}
	return &providers.Token{
		Value:     sensitive.New(check), // results are asked under it too
		Expiry:    providers.NewExpiry(call.Now, time.Time{}, 0, faceVerify.Lifetime),
		Client:    providers.Client{URL: sensitive.New(page)},
		Reference: call.MadeReference(answer.Exchange().Reference),
		Exchange:  answer.Exchange(),
	}, nil
}
