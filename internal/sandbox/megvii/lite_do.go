package megvii

import (
	"net/http"
	"time"

	"github.com/liveness-gateway/gateway/internal/sandbox/params"
	"github.com/liveness-gateway/gateway/internal/sandbox/standin"
)

const (
	// rememberedTokens is after how many others a token opens its page no more.
	rememberedTokens = 10_000
	// litePage is what a browser gets for a token.
	litePage = "<!DOCTYPE html>\n<html><head><title>FaceID</title></head>" +
		"<body><p>This stand-in of the vendor's page looks for no face. The token is used up.</p></body></html>\n"
)

// pageTokens are the tokens that open a page, each once and until its time is over. It is
// safe for concurrent use.
type pageTokens struct {
	unused *standin.Recent[time.Time] // when a token's time is over
}

func newPageTokens() pageTokens { return pageTokens{standin.NewRecent[time.Time](rememberedTokens)} }

// add remembers the token of a call. A scripted skew is of the clock that dates its
// answer, not of the page's.
func (p pageTokens) add(c standin.Call, limit time.Duration) {
	p.unused.Add(token(c), c.Began.Add(limit-c.Skew))
}

// open uses up the token that a browser comes with.
func (p pageTokens) open(c standin.Call) (standin.Reply, params.Fault) {
	token := c.Values["token"].Text
	if token == "" {
		return standin.Reply{}, params.Fault{Kind: params.Missing, Param: "token"}
	}
	until, unused := p.unused.Take(token)
	if !unused || !c.Began.Before(until) {
		return standin.Reply{}, params.Fault{Kind: params.Malformed, Param: "token"}
	}
	return standin.Reply{Status: http.StatusOK, ContentType: "text/html; charset=utf-8", Body: []byte(litePage)}, params.Fault{}
}
