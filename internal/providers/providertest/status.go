package providertest

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/liveness-gateway/gateway/internal/providers"
)

// maxAnswerBytes is how much of an answer is read, decompressed.
const maxAnswerBytes = 64 << 10

// uncoded is what a status means if the body holds neither a token nor a known code.
var uncoded = []outcome{
	{http.StatusOK, providers.VendorResponseInvalid, true, ""},
	{http.StatusFound, providers.VendorResponseInvalid, true, ""},
	{http.StatusBadRequest, providers.VendorErrorUnrecognized, false, ""},
	{http.StatusUnauthorized, providers.VendorErrorUnrecognized, false, ""},
	{http.StatusForbidden, providers.VendorErrorUnrecognized, false, ""},
	{http.StatusNotFound, providers.VendorEndpointNotFound, false, ""},
	{http.StatusRequestEntityTooLarge, providers.RequestTooLarge, false, ""},
	{http.StatusTooManyRequests, providers.VendorRateLimited, false, ""},
	{http.StatusInternalServerError, providers.VendorInternalError, true, ""},
	{http.StatusBadGateway, providers.VendorInternalError, true, ""},
	{http.StatusServiceUnavailable, providers.VendorInternalError, true, ""},
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
		"message-only": object{"message": p.Provider.Codes[0].Code}.String(),
		"oversized":    success + strings.Repeat(" ", maxAnswerBytes),
	}
}

func (p *Product) statusChecks() []check {
	var checks []check
	for _, o := range uncoded {
		checks = append(checks, check{"status/" + strconv.Itoa(o.status) + "/with-code", func(t *trial) {
			for _, row := range t.Provider.Codes {
				t.refuseCoded(o.status, row.Code, row)
			}
		}}, check{"status/" + strconv.Itoa(o.status) + "/without-code", func(t *trial) {
			for _, body := range t.useless() {
				t.refuseBody(body, o)
			}
		}})
	}
	return checks
}
