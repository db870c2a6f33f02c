package call

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	statuspb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing/route"
)

const (
	// errorDomain is the domain of every ErrorInfo.
	errorDomain = "liveness-gateway"
	// maxTrailerBytes bounds a failed call's trailers over gRPC as they are sent. A proxy such as
	// nginx replaces larger ones by an error of its own, which clients retry.
	maxTrailerBytes = 4 << 10
	// trailerOverhead is for the other trailers and the names of all.
	trailerOverhead = 256
	// maxTextBytes bounds the message, which is sent twice: by itself and with the details.
	maxTextBytes = 512
	// maxViolations, maxRuledOut and maxUnavailable keep failures readable.
	maxViolations  = 16
	maxRuledOut    = 16
	maxUnavailable = 16
)

// StatusOf returns the status of a failed call. Both transports get the same one, except for the
// spelling of field paths.
func StatusOf(call *Call) *statuspb.Status {
	row := rowOf(call.Err)
	status := &statuspb.Status{Code: int32(row.code), Message: cut(messageOf(row, call), maxTextBytes)}
	limit := detailLimit(status.GetMessage())
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
	add(errorInfoOf(call), limit)
	add(&errdetails.RequestInfo{RequestId: call.RequestID}, limit)
	if retry := call.RetryDelay(); retry > 0 {
		add(&errdetails.RetryInfo{RetryDelay: durationpb.New(retry)}, limit)
	}
	badRequest := badRequestOf(call)
	const forFailure = 4 // a quarter of the limit is left for IssueFailure
	for n := len(badRequest.GetFieldViolations()); n > 0 && !add(badRequest, limit-limit/forFailure); n-- {
		badRequest.FieldViolations = badRequest.GetFieldViolations()[:n-1]
	}
	for failure := issueFailureOf(call); !add(failure, limit) && shorten(failure); {
	}
	return status
}

// detailLimit returns how long the encoded status may be with such a message.
func detailLimit(message string) int {
	left := maxTrailerBytes - trailerOverhead
	for i := range len(message) {
		if b := message[i]; b < ' ' || b > '~' || b == '%' {
			left -= len("%XX")
		} else {
			left--
		}
	}
	return base64.RawStdEncoding.DecodedLen(left)
}

// cut returns the beginning of a text, in whole characters.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	const end = "…"
	return strings.ToValidUTF8(text[:most-len(end)], "") + end
}

// messageOf names the first field at fault and what is wrong with it, because the message is all that
// many clients show.
func messageOf(row statusRow, call *Call) string {
	err := call.Err
	switch {
	case err.Reason == providers.Internal:
		return row.message
	case err.Message != "" && err.Reason == providers.MethodUnknown:
		return err.Message // one reason covers 404, 405 and 415
	case err.Message != "":
		return row.message + ": " + err.Message
	case len(err.Violations) == 0:
		return row.message
	}
	first := err.Violations[0]
	text := row.message
	if name := call.fieldName(first.Path); name != "" {
		text += ": " + name
	}
	text += ": " + first.Description
	if more := len(err.Violations) - 1; more > 0 {
		text += fmt.Sprintf(" (and %d more)", more)
	}
	return text
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
			Field: call.fieldName(v.Path), Description: v.Description, Reason: string(call.Err.Reason),
		})
	}
	return detail
}

func issueFailureOf(call *Call) *livenessv1.IssueFailure {
	ruledOut := call.Outcome.RuledOut
	failure := &livenessv1.IssueFailure{Attempts: Attempts(call.Outcome.Attempts)}
	for _, out := range ruledOut[:min(len(ruledOut), maxRuledOut)] {
		failure.RuledOut = append(failure.RuledOut, ruledOutOf(call, out))
	}
	for _, u := range call.Outcome.Unavailable {
		if len(failure.GetUnavailable()) == maxUnavailable {
			break
		}
		if !call.Outcome.Attempted(u.Target) {
			failure.Unavailable = append(failure.Unavailable, unavailableOf(u))
		}
	}
	return failure
}

func unavailableOf(u route.Unavailable) *livenessv1.UnavailableTarget {
	message := &livenessv1.UnavailableTarget{
		Product: u.Target.Product.ID, Account: u.Target.Account, Why: string(u.Why),
	}
	if !u.RetryAt.IsZero() {
		message.RetryTime = timestamppb.New(u.RetryAt)
	}
	return message
}

func ruledOutOf(call *Call, out route.RuledOut) *livenessv1.RuledOut {
	message := &livenessv1.RuledOut{Product: out.Target.Product.ID, Account: out.Target.Account}
	for _, v := range out.Violations {
		message.Violations = append(message.Violations, &livenessv1.FieldViolation{
			Field: call.fieldName(v.Path), Description: v.Description, Reason: string(v.Reason),
		})
	}
	return message
}

// shorten drops the last entry of the least important list. It reports whether there was one.
func shorten(failure *livenessv1.IssueFailure) bool {
	ruledOut, unavailable, attempts := len(failure.GetRuledOut()), len(failure.GetUnavailable()), len(failure.GetAttempts())
	switch {
	case ruledOut > 0:
		failure.RuledOut = failure.GetRuledOut()[:ruledOut-1]
	case unavailable > 0:
		failure.Unavailable = failure.GetUnavailable()[:unavailable-1]
	case attempts > 0:
		failure.Attempts = failure.GetAttempts()[:attempts-1]
	default:
		return false
	}
	return true
}

// fieldName spells a path as the call's transport does. The paths of a REST call that was refused
// while it was read are already spelled as the caller spelled them.
func (c *Call) fieldName(path providers.Path) string {
	if c.Transport == GRPC || c.Refused != nil {
		return string(path)
	}
	return underscored.ReplaceAllStringFunc(string(path), func(s string) string { return strings.ToUpper(s[1:]) })
}

var underscored = regexp.MustCompile(`_[a-z]`)
