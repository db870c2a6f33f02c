package judge

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/faulttest/faultyvendor"
	"github.com/liveness-gateway/gateway/internal/faulttest/process"
	"github.com/liveness-gateway/gateway/internal/faulttest/traffic"
	"github.com/liveness-gateway/gateway/internal/sandbox"
)

// logged returns a gateway's log of calls, each "request id: account reason vendor id, …".
func logged(t *testing.T, calls ...string) *process.Log {
	t.Helper()
	l := &process.Log{}
	for _, c := range calls {
		id, attempts, _ := strings.Cut(c, ": ")
		var all []string
		for a := range strings.SplitSeq(attempts, ", ") {
			var account, reason, vendorID string
			_, _ = fmt.Sscan(a, &account, &reason, &vendorID)
			all = append(all, fmt.Sprintf(`{"account":%q,"product":%q,"reason":%q,"vendor_request_id":%q}`, account, traffic.RandomNumber, reason, vendorID))
		}
		l.Add([]byte(`{"msg":"call","request_id":"` + id + `","attempts":[` + strings.Join(all, ",") + `]}`))
	}
	require.Len(t, l.Calls, len(calls))
	return l
}

func attempt(account string, reason livenessv1.Reason) *livenessv1.Attempt {
	return &livenessv1.Attempt{Account: account, Product: traffic.RandomNumber, Reason: reason.String(), VendorReference: "r-1"}
}

// answered is the call r-1 that got the token after the attempts.
func answered(token string, attempts ...*livenessv1.Attempt) *traffic.Call {
	return &traffic.Call{
		Kind: &traffic.Usual()[0], Reference: "r-1",
		Answer: traffic.Answer{RequestID: "id-1", Response: &livenessv1.IssueLivenessTokenResponse{Token: token, Product: traffic.RandomNumber, Attempts: attempts}},
	}
}

func TestJoin(t *testing.T) {
	entry := func(token string) sandbox.Entry {
		return sandbox.Entry{Product: traffic.RandomNumber, Reference: "r-1", RequestID: "v-" + token, Token: token}
	}
	ok := livenessv1.Reason_OK
	timedOut := attempt(faultyvendor.First, livenessv1.Reason_VENDOR_TIMEOUT)
	gone := &traffic.Call{Kind: &traffic.Usual()[0], Reference: "r-1", Gone: true}
	for name, c := range map[string]struct {
		call *traffic.Call
		// first and second are their tokens.
		first, second []string
		log           []string
		want          tokens
	}{
		"one call, one token":                        {answered("a", attempt(faultyvendor.First, ok)), []string{"a"}, nil, nil, tokens{}},
		"a token that no vendor issued":              {answered("a", attempt(faultyvendor.First, ok)), nil, nil, nil, tokens{foreign: 1}},
		"a token more":                               {answered("a", attempt(faultyvendor.First, ok)), []string{"a", "b"}, nil, nil, tokens{orphaned: 1, unexplained: 1}},
		"left behind by a reported attempt":          {answered("a", timedOut, attempt(faultyvendor.Second, ok)), []string{"b"}, []string{"a"}, nil, tokens{orphaned: 1}},
		"one reported attempt, two tokens":           {answered("a", timedOut, attempt(faultyvendor.Second, ok)), []string{"b", "c"}, []string{"a"}, nil, tokens{orphaned: 2, unexplained: 1}},
		"reported of another account":                {answered("a", timedOut, attempt(faultyvendor.Second, ok)), nil, []string{"a", "b"}, nil, tokens{orphaned: 1, unexplained: 1}},
		"reported with a code, so none was issued":   {answered("a", attempt(faultyvendor.First, livenessv1.Reason_VENDOR_QUOTA_EXHAUSTED)), []string{"a", "b"}, nil, nil, tokens{orphaned: 1, unexplained: 1}},
		"a reply whose caller was gone":              {gone, []string{"a"}, nil, []string{"id-1: first OK v-a"}, tokens{orphaned: 1}},
		"an attempt that its caller ended":           {gone, []string{"a"}, nil, []string{"id-1: first CALLER_CANCELLED"}, tokens{orphaned: 1}},
		"a caller gone, and nothing logged":          {gone, []string{"a"}, nil, nil, tokens{orphaned: 1, unexplained: 1}},
		"a caller gone, and less logged than issued": {gone, []string{"a"}, []string{"b"}, []string{"id-1: first CALLER_CANCELLED"}, tokens{orphaned: 2, unexplained: 1}},
		"logged of a call that was answered":         {answered("a", attempt(faultyvendor.First, ok)), []string{"a", "b"}, nil, []string{"id-1: first OK v-a, first OK v-b"}, tokens{orphaned: 1, unexplained: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			o := &Observed{Calls: []*traffic.Call{c.call}, Log: logged(t, c.log...), Ledgers: map[string][]sandbox.Entry{}}
			for _, token := range c.first {
				o.Ledgers[faultyvendor.First] = append(o.Ledgers[faultyvendor.First], entry(token))
			}
			for _, token := range c.second {
				o.Ledgers[faultyvendor.Second] = append(o.Ledgers[faultyvendor.Second], entry(token))
			}
			require.Equal(t, c.want, o.join())
		})
	}
}

func TestProductsThatWereNotAccepted(t *testing.T) {
	c := answered("a", attempt(faultyvendor.First, livenessv1.Reason_OK))
	c.Response.Product = traffic.LinkfaceApp
	o := &Observed{Calls: []*traffic.Call{c}, Log: &process.Log{}, Ledgers: map[string][]sandbox.Entry{faultyvendor.Other: {{Product: traffic.LinkfaceApp, Token: "a"}}}}
	require.Equal(t, tokens{foreign: 1}, o.join())
	c.Kind = &traffic.Kind{Accepts: []string{traffic.LinkfaceApp}}
	require.Equal(t, tokens{}, o.join())
}

func TestAmbiguous(t *testing.T) {
	require.True(t, ambiguous("VENDOR_INTERNAL_ERROR", "", 502))
	require.False(t, ambiguous("VENDOR_INTERNAL_ERROR", "INTERNAL_ERROR", 500))
	require.True(t, ambiguous("VENDOR_RESPONSE_INVALID", "", 200))
	require.False(t, ambiguous("VENDOR_RESPONSE_INVALID", "", 307))
	require.False(t, ambiguous("VENDOR_UNREACHABLE", "", 0))
}
