package megvii

import (
	"context"
	"strings"
	"time"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

const documentRandomNumber = "Megvii: FaceID Lite Raw-GetRandomNumber"

var randomNumber = providers.Product{
	ID:       Name + ".random-number",
	Flows:    []providers.Flow{providers.FlowSpokenDigits},
	Document: documentRandomNumber,
	Endpoint: "/lite/raw/get_random_number",
	Lifetime: 24 * time.Hour, // 返回值说明, token_random_number
	Identity: providers.FieldSet(providers.FieldReference),
	Limits: []providers.Limit{
		// The other documents count bytes.
		providers.AtMostCharacters(providers.FieldReference, 128),
	},
}

// digitCount is how many digits the user reads aloud (返回值说明, random_number).
const digitCount = 4

type randomNumberTarget struct{ *target }

// Issue asks for a token by POST /lite/raw/get_random_number.
func (t *randomNumberTarget) Issue(ctx context.Context, call providers.Call) (*providers.Token, error) {
	reply, failure := t.post(ctx, call, t.form(call))
	if failure != nil {
		return nil, failure
	}
	token, failure := t.token(reply, reply.TokenRandomNumber, call, 0)
	if failure != nil {
		return nil, failure
	}
	digits := string(reply.RandomNumber)
	if len(digits) != digitCount || strings.Trim(digits, "0123456789") != "" {
		return nil, reply.answer.WithoutToken()
	}
	token.SessionID = reply.sessionID(reply.TokenRandomNumber)
	token.Client.Digits = sensitive.New(digits)
	return token, nil
}

func (t *randomNumberTarget) form(call providers.Call) *form {
	f := t.newKeyedForm(call, 3)
	f.reference(call.Request.Reference)
	return f
}
