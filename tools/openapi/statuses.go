package main

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/providers"
)

// borrowed describes the messages of google.rpc as the gateway fills them.
var borrowed = map[protoreflect.FullName]string{
	"google.rpc.Status": "A failed call.",

	"google.rpc.ErrorInfo":          "Why the call failed. Always there.",
	"google.rpc.ErrorInfo.reason":   "A word of liveness.v1.Reason, by which clients decide. There may be new ones.",
	"google.rpc.ErrorInfo.domain":   "liveness-gateway.",
	"google.rpc.ErrorInfo.metadata": "product, vendorCode, vendorHttpStatus and vendorRequestId, where a vendor was at work.",

	"google.rpc.RequestInfo":            "Which call it was. Always there.",
	"google.rpc.RequestInfo.request_id": "The gateway's id of this call.",

	"google.rpc.BadRequest":                            "Which fields are at fault.",
	"google.rpc.BadRequest.field_violations":           "A field each.",
	"google.rpc.BadRequest.FieldViolation":             "A field that is at fault.",
	"google.rpc.BadRequest.FieldViolation.field":       "The path of the field in the JSON; a photo is named as a whole.",
	"google.rpc.BadRequest.FieldViolation.description": "What is wrong with it. Never holds the value.",
	"google.rpc.BadRequest.FieldViolation.reason":      "The reason of the ErrorInfo.",

	"google.rpc.RetryInfo":             "The same message may be sent again.",
	"google.rpc.RetryInfo.retry_delay": "How long to wait before.",
}

// status is an HTTP status of failures.
type status struct {
	code    int // 0 for any other
	text    string
	reasons []string
	// retry says that the same message may be sent again.
	retry bool
}

func (s status) name() string {
	if s.code == 0 {
		return "default"
	}
	return strconv.Itoa(s.code)
}

func (s status) describe() string {
	if len(s.reasons) == 0 {
		return s.text
	}
	return s.text + " Reasons: " + strings.Join(s.reasons, ", ") + "."
}

// texts say whose turn it is after each status.
var texts = map[int]string{
	http.StatusBadRequest:            "This caller's input, for this or for every configured product.",
	http.StatusUnauthorized:          "The caller is not known to the gateway.",
	http.StatusForbidden:             "The caller has no right to this here.",
	http.StatusConflict:              "A call with the same idempotency key is under way. May be sent again.",
	http.StatusRequestEntityTooLarge: "The message, its photos or the vendor's request made of them is too large.",
	http.StatusUnsupportedMediaType:  "The body is neither JSON nor a form.",
	http.StatusUnprocessableEntity:   "The idempotency key was used before with another message.",
	http.StatusTooManyRequests:       "This caller's own quota is used up. May be sent again.",
	http.StatusInternalServerError:   "A fault of the gateway.",
	http.StatusBadGateway:            "A vendor refused the gateway's account or answered nonsense. An operator must act.",
	http.StatusServiceUnavailable:    "The vendors are down or saturated, or the gateway sheds load. May be sent again.",
	http.StatusGatewayTimeout:        "Time ran out.",
}

// statuses are those of the table that the gateway answers by. A caller who went away reads no
// status, and one that found the path has not missed it.
func statuses() []status {
	found := map[int]*status{}
	note := func(failure *providers.Error, code int, retry bool) {
		if found[code] == nil {
			found[code] = &status{code: code, text: texts[code]}
		}
		s := found[code]
		s.reasons, s.retry = append(s.reasons, string(failure.Reason)), s.retry || retry
	}
	values := livenessv1.Reason(0).Descriptor().Values()
	for i := range values.Len() {
		reason := providers.Reason(values.Get(i).Name())
		if reason == providers.OK || reason == providers.CallerCancelled || i == 0 {
			continue
		}
		ours := &providers.Error{Reason: reason}
		callers := &providers.Error{Reason: reason, Violations: []providers.Violation{{}}}
		_, code, retry := call.StatusFor(callers)
		if reason == providers.MethodUnknown {
			code = http.StatusUnsupportedMediaType
		}
		note(callers, code, retry > 0)
		if _, other, retry := call.StatusFor(ours); reason != providers.MethodUnknown && other != code {
			note(ours, other, retry > 0)
		}
	}
	all := []status{{text: "An unexpected failure."}}
	for _, s := range found {
		all = append(all, *s)
	}
	slices.SortFunc(all, func(a, b status) int { return strings.Compare(a.name(), b.name()) })
	return all
}
