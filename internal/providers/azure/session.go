package azure

import (
	"cmp"
	"context"
	"strconv"
	"time"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/bodies"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// flows are the flows of both products: their tokens start the app SDKs and the web component.
func flows() []providers.Flow { return []providers.Flow{providers.FlowAppSDK, providers.FlowJSSDK} }

// lifetime is that of a token if none was asked for (authTokenTimeToLiveInSeconds).
const lifetime = 10 * time.Minute

var (
	// deviceNeed: deviceCorrelationId is required unless the client sets it.
	deviceNeed    = providers.Need{Field: providers.FieldDeviceID, With: providers.NotSet(setInClient.Name)}
	deviceLimit   = providers.AtMostCharacters(providers.FieldDeviceID, 64) // error codes, InvalidDeviceCorrelationId
	lifetimeLimit = providers.Limit{
		Field: providers.FieldTokenLifetime, Text: "must be 60 to 86400 seconds", Reason: providers.ArgumentRejected,
		Allows: func(r *providers.Request) bool {
			return r.TokenLifetime >= time.Minute && r.TokenLifetime <= 24*time.Hour
		},
	}
)

// target is a product on an account. The two products differ in the photo and in the encoding of
// their bodies.
type target struct {
	*account
	parameters map[string]string
}

// body takes parameters that are text: a *bodies.JSON or a *bodies.Form.
type body interface {
	bodies.Body
	Add(name, value string)
	AddSensitive(name string, value sensitive.String)
	SetSensitiveHeader(name string, value sensitive.String)
}

// fill adds what both products send, a number or a boolean by addValue.
func (t *target) fill(body body, addValue func(name, value string), call providers.Call) {
	body.SetSensitiveHeader("Ocp-Apim-Subscription-Key", t.Credentials[call.Credential][keySubscriptionKey])
	body.Add("livenessOperationMode", cmp.Or(t.parameters[livenessOperationMode.Name], defaultMode))
	if device := call.Request.DeviceID; !device.IsZero() {
		body.AddSensitive("deviceCorrelationId", device)
	} else {
		addValue("deviceCorrelationIdSetInClient", boolean[on])
	}
	if asked := t.asked(call.Request); asked != 0 {
		addValue("authTokenTimeToLiveInSeconds", strconv.FormatInt(int64(asked.Seconds()), 10))
	}
	if value := t.parameters[enableSessionImage.Name]; value != "" {
		addValue("enableSessionImage", boolean[value])
	}
}

// asked is the lifetime that is asked for: the caller's, else the target's, else none.
func (t *target) asked(request *providers.Request) time.Duration {
	if request.TokenLifetime != 0 {
		return request.TokenLifetime
	}
	seconds, _ := strconv.Atoi(t.parameters[timeToLive.Name])
	return time.Duration(seconds) * time.Second
}

func (t *target) issue(ctx context.Context, call providers.Call, endpoint string, body bodies.Body) (*providers.Token, error) {
	answer, failure := vendorhttp.Post(ctx, t.Transport, t.URL(endpoint), call, body)
	if failure != nil {
		return nil, failure
	}
	return t.read(answer, call)
}

// reply is the body of every answer.
type reply struct {
	SessionID vendorhttp.Text `json:"sessionId"`
	AuthToken vendorhttp.Text `json:"authToken"`

	// Error is an object; a front door writes its Message without one.
	Error   vendorhttp.Scalar `json:"error"`
	Message vendorhttp.Text   `json:"message"`
}

func (t *target) read(answer *vendorhttp.Answer, call providers.Call) (*providers.Token, error) {
	answer.SetStatuses(codes)
	answer.SetRequestID(answer.Header("apim-request-id"))
	var reply reply
	decoded := answer.Decode(&reply)
	if failure := failureOf(&reply, answer); failure != nil {
		return nil, failure
	}
	token, session := string(reply.AuthToken), string(reply.SessionID)
	if !decoded || !vendorhttp.UsableToken(token) || !vendorhttp.UsableToken(session) {
		return nil, answer.WithoutToken()
	}
	asked, unasked := t.asked(call.Request), lifetime
	if asked != 0 {
		unasked = 0
	}
	return &providers.Token{
		Value:     sensitive.New(token),
		SessionID: sensitive.New(session),
		Expiry:    providers.NewExpiry(call.Now, time.Time{}, asked, unasked),
		Exchange:  answer.Exchange(),
	}, nil
}
