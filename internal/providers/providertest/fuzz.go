package providertest

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/liveness-gateway/gateway/internal/providers/providertest/jsonfields"
	"github.com/liveness-gateway/gateway/internal/providers/providertest/results"
	"github.com/liveness-gateway/gateway/internal/providers/providertest/wire"
)

// Fuzz answers the full call with any status, Content-Encoding and body. The result
// must be an error that an adapter may give, or a token of a body without an error.
// Neither may show private values or text that callers must not see.
func Fuzz(f *testing.F, p Product) {
	f.Helper()
	requireComplete(f, p)
	f.Add(http.StatusOK, "", []byte(p.Success.Body))
	for _, shape := range p.Failures {
		for _, row := range p.Provider.Codes {
			f.Add(http.StatusForbidden, "", []byte(failure(shape, row.Code)))
		}
	}
	hidden := p.private()
	f.Fuzz(func(t *testing.T, status int, encoding string, body []byte) {
		if status < 100 || status > 999 {
			return // net/http's transport refuses it
		}
		account := p.Provider.Open(p.config(&wire.Replay{Status: status, Encoding: encoding, Body: body}))
		token, err := account.NewTarget(p.ID, p.Full.Parameters).Issue(t.Context(), call(p.Full))
		if err != nil {
			failure := results.Failure(t, err)
			hidden.RequireNotIn(t, fmt.Sprintf("%+v %v", *failure, failure.Cause))
			results.RequirePresentable(t, failure.Exchange)
			return
		}
		hidden.RequireNotIn(t, fmt.Sprintf("%+v", token))
		results.RequirePresentable(t, token.Exchange)
		results.RequireEarned(t, token, jsonfields.Of(decompressed(encoding, body)), p.ErrorFields)
	})
}

// decompressed returns the content of a body, nil if it cannot be had.
func decompressed(encoding string, body []byte) []byte {
	if !strings.EqualFold(encoding, "gzip") {
		return body
	}
	zipped, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil
	}
	content, err := io.ReadAll(io.LimitReader(zipped, maxAnswerBytes+1))
	if err != nil || len(content) > maxAnswerBytes {
		return nil
	}
	return content
}
