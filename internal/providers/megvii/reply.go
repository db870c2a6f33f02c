package megvii

import (
	"context"
	"time"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// reply is the body of every answer, with the fields of all six documents:
// get_biz_token puts its error in error, the others in error_message; biz_id and
// expired_time occur in answers whose documents do not mention them.
type reply struct {
	RequestID    vendorhttp.Text   `json:"request_id"`
	TimeUsed     vendorhttp.Scalar `json:"time_used"`
	ErrorMessage vendorhttp.Scalar `json:"error_message"`
	Error        vendorhttp.Scalar `json:"error"`

	Token             vendorhttp.Text   `json:"token"`
	BizToken          vendorhttp.Text   `json:"biz_token"`
	TokenRandomNumber vendorhttp.Text   `json:"token_random_number"`
	RandomNumber      vendorhttp.Scalar `json:"random_number"`
	BizID             vendorhttp.Text   `json:"biz_id"`
	ExpiredTime       vendorhttp.Scalar `json:"expired_time"`

	answer *vendorhttp.Answer
}

// post makes the call and reads the answer up to its token.
func (t *target) post(ctx context.Context, call providers.Call, f *form) (*reply, *providers.Error) {
	answer, failure := vendorhttp.Post(ctx, t.Transport, t.endpoint, call, f.Form)
	if failure != nil {
		return nil, failure
	}
	r := &reply{answer: answer}
	if !answer.Decode(r) {
		return nil, answer.WithoutCode()
	}
	answer.SetRequestID(r.RequestID)
	answer.SetProcessingTime(r.TimeUsed)
	if failure := r.failure(f); failure != nil {
		return nil, failure
	}
	return r, nil
}

// token returns the token of a successful reply. asked is the lifetime that was
// requested of the vendor, 0 if none was.
func (t *target) token(r *reply, value vendorhttp.Text, call providers.Call, asked time.Duration) (*providers.Token, *providers.Error) {
	if !vendorhttp.UsableToken(string(value)) {
		return nil, r.answer.WithoutToken()
	}
	return &providers.Token{
		Value:    sensitive.New(string(value)),
		Expiry:   providers.NewExpiry(call.Now, r.answer.LocalTime(r.ExpiredTime.UnixSeconds()), asked, t.product.Lifetime),
		Exchange: r.answer.Exchange(),
	}, nil
}

// sessionID is the biz_id, which answers of pc-web and the Lite products contain
// although their documents do not say so; empty if it is the token.
func (r *reply) sessionID(token vendorhttp.Text) sensitive.String {
	if r.BizID == token || !vendorhttp.UsableToken(string(r.BizID)) {
		return sensitive.String{}
	}
	return sensitive.New(string(r.BizID))
}
