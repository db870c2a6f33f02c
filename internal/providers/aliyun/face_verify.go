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
	action    = "InitFaceVerify"
	version   = "2019-03-07"
	mediaType = "application/x-www-form-urlencoded"
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
	orderNumber := cmp.Or(call.Request.Reference, bodies.RandomText(t.Random, orderNumberLength))
	address := *t.BaseURL
	address.Path = t.PathPrefix + faceVerify.Endpoint
	address.RawQuery = canonicalQuery(t.query(call.Request, orderNumber))
	body := t.body(call.Request)
	body.Reference = orderNumber
	t.sign(body, &address, call)
	answer, failure := vendorhttp.Post(ctx, t.Transport, &address, call, body)
	if failure != nil {
		return nil, failure
	}
	return t.read(answer, call)
}

// query are the parameters of the address, which are all but those of content, as in the
// vendor's SDK.
func (t *faceVerifyTarget) query(request *providers.Request, orderNumber string) map[string]string {
	query := map[string]string{
		"MetaInfo":           request.ClientMetadata.Reveal(),
		"OuterOrderNo":       orderNumber,
		"UserId":             request.SubjectID.Reveal(),
		"ReturnUrl":          request.ReturnURL.Reveal(),
		"CallbackUrl":        request.NotifyURL.Reveal(),
		"SceneId":            t.parameters[sceneID.Name],
		"ProductCode":        t.parameters[productCode.Name],
		"CertifyUrlType":     t.parameters[certifyURLType.Name],
		"ProcedurePriority":  t.parameters[procedurePriority.Name],
		"NeedMultiFaceCheck": t.parameters[needMultiFaceCheck.Name],
		"VideoEvidence":      t.parameters[videoEvidence.Name],
		"SuitableType":       t.parameters[suitableType.Name],
	}
	if t.isPage() {
		query["CertifyUrlStyle"] = "L" // short links are blocked in some places
	}
	if card := request.IdentityDocument; card != nil {
		query["CertType"] = "IDENTITY_CARD"
		query["CertName"] = card.Name.Reveal()
		query["CertNo"] = numberOf(card)
	}
	for name, value := range query {
		if value == "" {
			delete(query, name)
		}
	}
	return query
}

// isPage reports whether the check is on the vendor's page, and not in an app.
func (t *faceVerifyTarget) isPage() bool { return t.parameters[certifyURLType.Name] != "" }

// body has what the vendor's SDK has in it, and hides what is about the user in the address.
func (t *faceVerifyTarget) body(request *providers.Request) *bodies.URLEncoded {
	body := bodies.NewURLEncoded()
	body.Add("Model", cmp.Or(t.parameters[model.Name], defaultModel))
	for _, photo := range request.Photos {
		body.AddPhoto("FaceContrastPicture", photo)
	}
	for _, text := range []sensitive.String{request.ClientMetadata, request.SubjectID, request.ReturnURL, request.NotifyURL} {
		body.Hide(text)
	}
	if card := request.IdentityDocument; card != nil {
		body.Hide(card.Name)
		body.Hide(card.Number)
	}
	return body
}

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
	token := &providers.Token{
		Value:    sensitive.New(check), // results are asked under it too
		Expiry:   providers.NewExpiry(call.Now, time.Time{}, 0, faceVerify.Lifetime),
		Exchange: answer.Exchange(),
	}
	if page != "" {
		token.Client.URL = sensitive.New(page)
	}
	if call.Request.Reference == "" {
		token.Reference = token.Exchange.Reference
	}
	return token, nil
}
