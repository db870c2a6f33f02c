package megvii

import (
	"context"
	"time"

	"github.com/liveness-gateway/gateway/internal/providers"
)

const documentAppV5 = "Megvii: get_biz_token 5.0.0 (App SDK)"

var appV5 = providers.Product{
	ID:       Name + ".app-v5",
	Flows:    []providers.Flow{providers.FlowAppSDK},
	Document: documentAppV5,
	Endpoint: "/v5/sdk/get_biz_token",
	Lifetime: time.Hour, // 返回值说明, biz_token
	Identity: providers.FieldSet(providers.FieldSubjectID),
	Limits:   []providers.Limit{subjectIDLimit(128)},
	Parameters: []providers.Parameter{
		{Name: paramLivenessID, Required: true, Text: "liveness scene set up in the vendor's console"},
	},
}

type appV5Target struct{ *target }

// Issue asks for a token by POST /v5/sdk/get_biz_token.
func (t *appV5Target) Issue(ctx context.Context, call providers.Call) (*providers.Token, error) {
	return t.app(ctx, call, t.form(call))
}

// app asks for a token that starts the vendor's SDK, which is told the account's host.
func (t *target) app(ctx context.Context, call providers.Call, f *form) (*providers.Token, error) {
	reply, failure := t.post(ctx, call, f)
	if failure != nil {
		return nil, failure
	}
	token, failure := t.token(reply, reply.BizToken, call, 0)
	if failure != nil {
		return nil, failure
	}
	token.Client.Endpoint = t.BaseURL.String()
	return token, nil
}

func (t *appV5Target) form(call providers.Call) *form {
	f := t.newSignedForm(call, 4)
	f.configured(paramLivenessID, "")
	f.personal("uuid", providers.FieldSubjectID, call.Request.SubjectID)
	return f
}
