package server

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	statuspb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing"
)

const (
	// errorDomain is the domain of every ErrorInfo.
	errorDomain = "liveness-gateway"
	// maxDetailBytes bounds the encoded details: over gRPC they travel in a trailer.
	maxDetailBytes = 4 << 10
	// maxFieldBytes bounds them before IssueFailure is added, to leave it room.
	maxFieldBytes = 3 << 10
	// maxViolations and maxRuledOut keep what a caller can mend readable.
	maxViolations = 16
	maxRuledOut   = 16
)

// statusOf returns the status of a failed call, the same for both transports but for
// the spelling of field paths.
func statusOf(call *Call) *statuspb.Status {
	row := rowOf(call.Err)
	status := &statuspb.Status{Code: int32(row.code), Message: messageOf(row, call.Err)}
	add := func(detail proto.Message, limit int) bool {
		packed, err := anypb.New(detail)
		if err != nil {
			return false
		}
		status.Details = append(status.GetDetails(), packed)
		if proto.Size(status) <= limit {
			return true
		}
		status.Details = status.GetDetails()[:len(status.GetDetails())-1]
		return false
	}
	add(errorInfoOf(call), maxDetailBytes)
	add(&errdetails.RequestInfo{RequestId: call.RequestID}, maxDetailBytes)
	if retry := retryOf(call); retry > 0 {
		add(&errdetails.RetryInfo{RetryDelay: durationpb.New(retry)}, maxDetailBytes)
	}
	badRequest := badRequestOf(call)
	for n := len(badRequest.GetFieldViolations()); n > 0 && !add(badRequest, maxFieldBytes); n-- {
		badRequest.FieldViolations = badRequest.GetFieldViolations()[:n-1]
	}
	for failure := issueFailureOf(call); !add(failure, maxDetailBytes) && shorten(failure); {
	}
	return status
}

// retryOf returns how long the caller should wait before the same message may be sent
// again: what routing knows of its targets, else what the reason says. 0 means that it may
// not be.
func retryOf(call *Call) time.Duration {
	retry := rowOf(call.Err).retry
	if retry > 0 && call.Outcome.RetryAfter > 0 {
		return call.Outcome.RetryAfter
	}
	return retry
}

func messageOf(row statusRow, err *providers.Error) string {
	if err.Message == "" || err.Reason == providers.Internal {
		return row.message
	}
	return row.message + ": " + err.Message
}

func errorInfoOf(call *Call) *errdetails.ErrorInfo {
	info := &errdetails.ErrorInfo{Reason: string(call.Err.Reason), Domain: errorDomain, Metadata: map[string]string{}}
	set := func(key, value string) {
		if value != "" {
			info.Metadata[key] = value
		}
	}
	for _, attempt := range call.Outcome.Attempts {
		if attempt.Err == call.Err {
			set("product", attempt.Target.Product.ID)
		}
	}
	exchange := &call.Err.Exchange
	set("vendorCode", exchange.Code)
	set("vendorRequestId", exchange.RequestID)
	if exchange.HTTPStatus != 0 {
		set("vendorHttpStatus", strconv.Itoa(exchange.HTTPStatus))
	}
	return info
}

func badRequestOf(call *Call) *errdetails.BadRequest {
	detail := &errdetails.BadRequest{}
	for _, v := range call.Err.Violations[:min(len(call.Err.Violations), maxViolations)] {
		detail.FieldViolations = append(detail.FieldViolations, &errdetails.BadRequest_FieldViolation{
			Field: call.fieldName(v.Path), Description: v.Description, Reason: string(v.Reason),
		})
	}
	return detail
}

func issueFailureOf(call *Call) *livenessv1.IssueFailure {
	ruledOut := call.Outcome.RuledOut
	failure := &livenessv1.IssueFailure{Attempts: attemptsOf(call.Outcome.Attempts)}
	for _, out := range ruledOut[:min(len(ruledOut), maxRuledOut)] {
		failure.RuledOut = append(failure.RuledOut, ruledOutOf(call, out))
	}
	return failure
}

func ruledOutOf(call *Call, out routing.RuledOut) *livenessv1.RuledOut {
	message := &livenessv1.RuledOut{Product: out.Target.Product.ID, Account: out.Target.Account}
	for _, v := range out.Violations {
		message.Violations = append(message.Violations, &livenessv1.FieldViolation{
			Field: call.fieldName(v.Path), Description: v.Description,
		})
	}
	return message
}

// shorten leaves out the last entry that matters least. It reports whether there was
// one.
func shorten(failure *livenessv1.IssueFailure) bool {
	switch ruledOut, attempts := len(failure.GetRuledOut()), len(failure.GetAttempts()); {
	case ruledOut > 0:
		failure.RuledOut = failure.GetRuledOut()[:ruledOut-1]
	case attempts > 0:
		failure.Attempts = failure.GetAttempts()[:attempts-1]
	default:
		return false
	}
	return true
}

// fieldName spells a path as the call's transport does. What a REST call was refused
// for is spelled as the caller did already.
func (c *Call) fieldName(path providers.Path) string {
	if c.Transport == GRPC || c.refused != nil {
		return string(path)
	}
	return underscored.ReplaceAllStringFunc(string(path), func(s string) string { return strings.ToUpper(s[1:]) })
}

var underscored = regexp.MustCompile(`_[a-z]`)
