package sandbox

import (
	"net/http"
	"time"
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
	unused *recent[time.Time] // when a token's time is over
}

func newPageTokens() pageTokens { return pageTokens{newRecent[time.Time](rememberedTokens)} }

// add remembers the token of a call. A scripted skew is of the clock that dates its
// answer, not of the page's.
func (p pageTokens) add(c call, limit time.Duration) {
	p.unused.add(c.token(), c.began.Add(limit-c.skew))
}

// open uses up the token that a browser comes with.
func (p pageTokens) open(c call) (reply, fault) {
	token := c.form["token"].text
	if token == "" {
		return reply{}, fault{missing, "token"}
	}
	until, unused := p.unused.take(token)
	if !unused || !c.began.Before(until) {
		return reply{}, fault{malformed, "token"}
	}
	return reply{status: http.StatusOK, contentType: "text/html; charset=utf-8", body: []byte(litePage)}, fault{}
}
