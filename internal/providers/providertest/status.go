package providertest

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/providertest/jsonfields"
)

// maxAnswerBytes is how much of an answer is read, decompressed.
const maxAnswerBytes = 64 << 10

// uncoded is what a status means if the body holds neither a token nor a known code.
var uncoded = []outcome{
	{http.StatusOK, providers.VendorResponseInvalid, true, "", false},
	{http.StatusFound, providers.VendorResponseInvalid, true, "", false},
	{http.StatusBadRequest, providers.VendorErrorUnrecognized, false, "", false},
	{http.StatusUnauthorized, providers.VendorErrorUnrecognized, false, "", false},
	{http.StatusForbidden, providers.VendorErrorUnrecognized, false, "", false},
	{http.StatusNotFound, providers.VendorEndpointNotFound, false, "", false},
	{http.StatusRequestTimeout, providers.VendorInternalError, false, "", false},
	{http.StatusRequestEntityTooLarge, providers.RequestTooLarge, false, "", false},
	{http.StatusTooEarly, providers.VendorInternalError, false, "", false},
	{http.StatusTooManyRequests, providers.VendorRateLimited, false, "", false},
	{http.StatusInternalServerError, providers.VendorInternalError, true, "", false},
	{http.StatusBadGateway, providers.VendorInternalError, true, "", false},
	{http.StatusServiceUnavailable, providers.VendorInternalError, true, "", false},
}

// uncoded is what a status means of this vendor.
func (p *Product) uncoded() []outcome {
	all := slices.Clone(uncoded)
	for i := range all {
		if reason, ok := p.Statuses[all[i].status]; ok {
			all[i].reason, all[i].ambiguous = reason, false
		}
	}
	return all
}

// foreign returns bodies in which a framework or a proxy in front of the vendor tells of
// a status.
func foreign(status int) []string {
	type object = jsonfields.Object
	text := http.StatusText(status)
	return []string{
		object{"status": status, "error": text, "path": "/v1/token", "timestamp": "2023-11-14T22:13:20.000+00:00"}.String(),
		object{"error": text}.String(),
		object{"error": object{"code": status, "message": text, "status": strings.ToUpper(strings.ReplaceAll(text, " ", "_"))}}.String(),
		object{"error": []string{text}, "message": text}.String(),
		object{"statusCode": status, "error": text, "message": text}.String(),
		object{"code": status, "message": text}.String(),
		object{"code": strconv.Itoa(status), "msg": text}.String(),
		object{"code": "Http" + strings.ReplaceAll(text, " ", ""), "message": text}.String(),
		object{"status": "error", "message": text}.String(),
		object{"status": status, "title": text, "type": "about:blank", "detail": text}.String(),
		object{"error_code": status, "error_message": text}.String(),
		object{"errors": []object{{"status": status, "title": text}}}.String(),
	}
}

// useless are bodies without a readable token or code, by name. Some are damaged ones
// that would have held one.
func (p *Product) useless() map[string]string {
	success, failed := p.Success.Body, failure(p.Failures[0], p.Provider.Codes[0].Code)
	return map[string]string{
		"empty":        "",
		"blank":        " \r\n",
		"text":         "Request Entity Too Large",
		"html":         "<!DOCTYPE html>\n<html><body><h1>502 Bad Gateway</h1></body></html>",
		"cut":          success[:len(success)-1],
		"cut-failure":  failed[:len(failed)-1],
		"twice":        success + success,
		"comment":      success + "\n<!-- served by proxy-3 -->",
		"null":         "null",
		"number":       "1000",
		"string":       `"INTERNAL_ERROR"`,
		"list":         "[" + success + "]",
		"object":       "{}",
		"message-only": jsonfields.Object{"message": p.Provider.Codes[0].Code}.String(),
		"oversized":    success + strings.Repeat(" ", maxAnswerBytes),
	}
}

func (p *Product) statusChecks() []check {
	var checks []check
	for _, o := range p.uncoded() {
		checks = append(checks, check{"status/" + strconv.Itoa(o.status) + "/with-code", func(t *trial) {
			for _, row := range t.Provider.Codes {
				t.refuseCoded(o.status, row.Code, row)
			}
		}}, check{"status/" + strconv.Itoa(o.status) + "/without-code", func(t *trial) {
			for _, body := range t.useless() {
				t.refuseBody(body, o)
			}
		}}, check{"status/" + strconv.Itoa(o.status) + "/foreign-body", func(t *trial) {
			if o.status == http.StatusOK {
				return // an error field beats it, whatever is in it
			}
			for _, body := range foreign(o.status) {
				t.vendor.answer = answering(o.status, body)
				_, got := t.issue(t.Context(), t.target, call(t.Full))
				require.NotNil(t, got)
				require.Equal(t, reasonFor(o.reason, t.Full.Request), got.Reason, body)
				require.Equal(t, o.ambiguous, got.Ambiguous, body)
			}
		}})
	}
	return checks
}
