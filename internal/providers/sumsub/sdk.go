package sumsub

import (
	"context"
	"strconv"
	"time"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/bodies"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

const document = "Sumsub: Generate access token"

// sdk needs a userId, under which the vendor keeps what it learns about the user: the same one
// always leads to the same applicant.
var sdk = providers.Product{
	ID:         Name + ".sdk",
	Flows:      []providers.Flow{providers.FlowAppSDK, providers.FlowJSSDK},
	Document:   document,
	Endpoint:   "/accessTokens/sdk",
	AlwaysAsks: 10 * time.Minute, // ttlInSecs of the example
	Use:        providers.Reusable,
	Needs:      []providers.Need{{Field: providers.FieldSubjectID}},
	Honours:    providers.FieldSet(providers.FieldTokenLifetime),
	Identity:   providers.FieldSet(providers.FieldSubjectID),
	Limits: []providers.Limit{{
		Field: providers.FieldTokenLifetime, Text: "must be 5 minutes to 24 hours", Reason: providers.NoEligibleProduct,
		Allows: func(r *providers.Request) bool {
			return r.TokenLifetime >= 5*time.Minute && r.TokenLifetime <= 24*time.Hour
		},
	}},
	Parameters: []providers.Parameter{levelName, ttlInSecs},
}

type sdkTarget struct {
	*account
	parameters map[string]string
}

// Issue asks for a token by POST /accessTokens/sdk.
func (t *sdkTarget) Issue(ctx context.Context, call providers.Call) (*providers.Token, error) {
	address := t.URL(sdk.Endpoint)
	answer, failure := vendorhttp.Post(ctx, t.Transport, address, call, t.body(call, address.RequestURI()))
	if failure != nil {
		return nil, failure
	}
	return t.read(answer, call)
}

func (t *sdkTarget) body(call providers.Call, path string) *bodies.JSON {
	credential := t.Credentials[call.Credential]
	timestamp := strconv.FormatInt(call.SigningTime().Unix(), 10)

	body := bodies.NewJSON("application/json")
	body.AddSensitive("userId", call.Request.SubjectID)
	body.Add("levelName", t.parameters[levelName.Name])
	body.AddValue("ttlInSecs", int64(t.lifetime(call.Request).Seconds()))

	body.SetSensitiveHeader("X-App-Token", credential[keyAppToken])
	body.SetHeader("X-App-Access-Ts", timestamp)
	body.SetSensitiveHeader("X-App-Access-Sig", sign(credential[keySecretKey], timestamp, path, body))
	body.Hide(credential[keySecretKey])
	return body
}

// lifetime is the lifetime that is asked for: the caller's, else the target's, else a default,
// which is sent because the documents disagree about the vendor's own.
func (t *sdkTarget) lifetime(request *providers.Request) time.Duration {
	if request.TokenLifetime != 0 {
		return request.TokenLifetime
	}
	if seconds, err := strconv.Atoi(t.parameters[ttlInSecs.Name]); err == nil {
		return time.Duration(seconds) * time.Second
	}
	return sdk.AlwaysAsks
}

// reply is the body of every answer. A userId that is not text cannot be the one that was sent.
type reply struct {
	Token  vendorhttp.Text   `json:"token"`
	UserID vendorhttp.Scalar `json:"userId"`

	Description   vendorhttp.Text   `json:"description"`
	Code          vendorhttp.Scalar `json:"code"`
	ErrorCode     vendorhttp.Scalar `json:"errorCode"`
	CorrelationID vendorhttp.Text   `json:"correlationId"`
}

func (t *sdkTarget) read(answer *vendorhttp.Answer, call providers.Call) (*providers.Token, error) {
	answer.SetStatuses(codes)
	var reply reply
	if !answer.Decode(&reply) {
		return nil, answer.WithoutCode()
	}
	answer.SetRequestID(reply.CorrelationID)
	if failure := failureOf(&reply, answer); failure != nil {
		return nil, failure
	}
	userID := call.Request.SubjectID
	// A token of another userId would open another person's applicant.
	if !vendorhttp.UsableToken(string(reply.Token)) || reply.UserID != "" && string(reply.UserID) != userID.Reveal() {
		return nil, answer.WithoutToken()
	}
	return &providers.Token{
		Value:     sensitive.New(string(reply.Token)),
		SessionID: userID, // results are asked under it
		Expiry:    providers.NewExpiry(call.Now, time.Time{}, t.lifetime(call.Request), sdk.Lifetime),
		Exchange:  answer.Exchange(),
	}, nil
}
