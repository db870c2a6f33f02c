package acme

import (
	"maps"
	"slices"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp"
)

const errorTable = "5 Errors"

// codes is the vendor's error table.
var codes = providers.CodeTable{
	{Code: "BAD_KEY", Reason: providers.VendorCredentialsRejected, Document: document, Section: errorTable},
	{Code: "CLOCK_SKEW", Reason: providers.VendorSignatureExpired, Document: document, Section: errorTable},
	{Code: "PLAN_USED_UP", Reason: providers.VendorQuotaExhausted, Document: document, Section: errorTable},
	{Code: "TOO_FAST", Reason: providers.VendorRateLimited, Document: document, Section: errorTable},
	{Code: "BAD_VALUE", Reason: providers.ArgumentRejected, Document: document, Section: errorTable},
	{Code: "PORTRAIT_UNREADABLE", Reason: providers.PhotoUnreadable, Document: document, Section: errorTable},
	{Code: "PORTRAIT_NO_FACE", Reason: providers.NoFaceFound, Document: document, Section: errorTable},
	{Code: "OOPS", Reason: providers.VendorInternalError, Document: document, Section: errorTable},
}

// fields are the caller's fields by the vendor's parameter.
var fields = map[string]providers.Field{
	"session_no": providers.FieldReference,
	"user":       providers.FieldSubjectID,
	"back_url":   providers.FieldReturnURL,
	"portrait":   providers.FieldPhotos,
}

// failureOf returns the failure that the body tells of, nil if it tells of none.
func failureOf(reply reply, answer *vendorhttp.Answer, request *providers.Request) *providers.Error {
	if reply.Error == "" {
		if answer.Succeeded() {
			return nil
		}
		return answer.WithoutCode()
	}
	answer.SetText(vendorhttp.Text(reply.Error))
	refusal := vendorhttp.ReadRefusal(codes, slices.Collect(maps.Keys(fields)), string(reply.Error))
	failure := answer.WithCode(codes, refusal.Code)
	if failure.Reason == providers.ArgumentRejected && !refusal.Others {
		named := make([]providers.Field, len(refusal.Parameters))
		for i, name := range refusal.Parameters {
			named[i] = fields[name]
		}
		failure.Blame(request, named...)
	}
	return failure
}
