package iproov

import (
	"cmp"
	"context"
	"regexp"
	"time"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/bodies"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// lifetime is that of a token that is not claimed (OpenAPI 2.13.0).
const lifetime = 2 * time.Minute

// captureEnrol enrols a user. One who is already enrolled is refused.
var captureEnrol = providers.Product{
	ID:         Name + ".capture-enrol",
	Flows:      flows(),
	Document:   "iProov: Capture enrol API",
	Endpoint:   "/claim/enrol/token",
	Lifetime:   lifetime,
	Use:        providers.SingleUse,
	Identity:   providers.FieldSet(providers.FieldSubjectID),
	Limits:     []providers.Limit{userIDLimit},
	Parameters: parameters(),
}

// verify compares the user with the face that was enrolled under the same user_id.
var verify = providers.Product{
	ID:         Name + ".verify",
	Flows:      flows(),
	Document:   "iProov: Verify enrolled users API",
	Endpoint:   "/claim/verify/token",
	Lifetime:   lifetime,
	Use:        providers.SingleUse,
	Needs:      []providers.Need{{Field: providers.FieldSubjectID}},
	Identity:   providers.FieldSet(providers.FieldSubjectID),
	Limits:     []providers.Limit{userIDLimit},
	Parameters: parameters(),
}

func flows() []providers.Flow { return []providers.Flow{providers.FlowAppSDK, providers.FlowJSSDK} }

func parameters() []providers.Parameter {
	return []providers.Parameter{resource, assuranceType, riskProfile}
}

// userIDLimit is about user_id, under which the vendor keeps the user: a value that it does not
// take is refused, not changed.
var userIDLimit = providers.Limit{
	Field: providers.FieldSubjectID, Text: "must be 1 to 256 letters, digits or '+_@.-", Reason: providers.ArgumentRejected,
	Allows: func(r *providers.Request) bool {
		user := r.SubjectID.Reveal()
		return len(user) <= maxUserID && userID.MatchString(user)
	},
}

var userID = regexp.MustCompile(`^[a-zA-Z0-9'+_@.-]+$`)

const (
	maxUserID = 256
	// userIDLength is the length of a generated user_id.
	userIDLength = 32
)

// claimTarget is either product on an account. They differ only in their endpoint.
type claimTarget struct {
	*account
	product    *providers.Product
	parameters map[string]string
}

// Issue asks for a token by POST /claim/enrol/token or /claim/verify/token.
func (t *claimTarget) Issue(ctx context.Context, call providers.Call) (*providers.Token, error) {
	user := call.Request.SubjectID
	if user.IsZero() {
		user = sensitive.New(bodies.RandomText(t.Random, userIDLength))
	}
	answer, failure := vendorhttp.Post(ctx, t.Transport, t.URL(t.product.Endpoint), call, t.body(call, user))
	if failure != nil {
		return nil, failure
	}
	return t.read(answer, call, user)
}

func (t *claimTarget) body(call providers.Call, user sensitive.String) *bodies.JSON {
	credential := t.Credentials[call.Credential]
	body := bodies.NewJSON("application/json")
	body.AddSensitive("api_key", credential[keyAPIKey])
	body.AddSensitive("secret", credential[keySecret])
	for _, setting := range []string{resource.Name, assuranceType.Name, riskProfile.Name} {
		body.Add(setting, t.parameters[setting])
	}
	body.AddSensitive("user_id", user)
	return body
}

// reply is the body of every answer.
type reply struct {
	Token  vendorhttp.Text   `json:"token"`
	UserID vendorhttp.Scalar `json:"user_id"`

	Error       vendorhttp.Scalar `json:"error"`
	Description vendorhttp.Text   `json:"error_description"`
}

func (t *claimTarget) read(answer *vendorhttp.Answer, call providers.Call, user sensitive.String) (*providers.Token, error) {
	var reply reply
	if !answer.Decode(&reply) {
		return nil, answer.WithoutCode()
	}
	if failure := failureOf(&reply, answer); failure != nil {
		return nil, failure
	}
	// A token of another user_id would be another person's claim.
	if !vendorhttp.UsableToken(string(reply.Token)) || cmp.Or(string(reply.UserID), user.Reveal()) != user.Reveal() {
		return nil, answer.WithoutToken()
	}
	return &providers.Token{
		Value:  sensitive.New(string(reply.Token)),
		Expiry: providers.NewExpiry(call.Now, time.Time{}, 0, t.product.Lifetime),
		// The SDKs must talk to the region that issued, and the result is asked with the user_id.
		Client: providers.Client{
			Endpoint:   t.BaseURL.String(),
			Parameters: map[string]sensitive.String{"user_id": user},
		},
		Exchange: answer.Exchange(),
	}, nil
}
