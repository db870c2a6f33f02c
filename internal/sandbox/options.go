package sandbox

import (
	"crypto/rand"
	"io"
	"time"
)

// Credentials that a stand-in accepts when Options names none. They are
// invented and open nothing anywhere else.
const (
	DemoMegviiAPIKey      = "demo-megvii-key"
	DemoMegviiAPISecret   = "demo-megvii-secret"
	DemoLinkfaceAPIID     = "demo-linkface-id"
	DemoLinkfaceAPISecret = "demo-linkface-secret"
)

// DefaultPathPrefix is where Megvii's documents put every endpoint.
const DefaultPathPrefix = "/faceid"

// Options configures a stand-in. The zero value is ready to use.
type Options struct {
	// Credentials are the accepted ones. None means the vendor's demonstration
	// credential.
	Credentials Credentials
	// Revoked reports whether an accepted key is no longer. Nil means that none is. It
	// is called by several requests at a time.
	Revoked func(key string) bool
	// PathPrefix comes before Megvii's paths: "/finauth" for the other brand.
	// Empty means DefaultPathPrefix. Linkface has none.
	PathPrefix string
	// AllowRepeatedBizNo makes PC-GetToken issue another token for a biz_no that
	// has one. The document says that biz_no must be unique and not what
	// happens to one that is not; refusing it is an interpretation.
	AllowRepeatedBizNo bool
	// LiteScenes are the console's scenes that H5-Lite GetToken takes, by scene_id; the
	// one under "" is for requests without. Nil means that any scene_id is one, as the
	// zero LiteScene is.
	LiteScenes map[string]LiteScene
	// Now is the server's clock, in the Date header too. Nil means time.Now. It
	// is called by several requests at a time.
	Now func() time.Time
	// Rand is where tokens and request ids come from. Nil means crypto/rand. It
	// is read by one request at a time; if it fails, the vendor's internal
	// error is the answer.
	Rand io.Reader
}

// accepted returns the credentials that are accepted now; this pair if Options has none.
func (o Options) accepted(key, secret string) Credentials {
	known := o.Credentials.or(key, secret)
	if o.Revoked == nil {
		return known
	}
	return Credentials{func(key string) (string, bool) {
		secret, ok := known.secretOf(key)
		return secret, ok && !o.Revoked(key)
	}}
}

func (o Options) source() *source {
	s := &source{now: o.Now, rand: o.Rand}
	if s.now == nil {
		s.now = time.Now
	}
	if s.rand == nil {
		s.rand = rand.Reader
	}
	return s
}
