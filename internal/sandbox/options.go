package sandbox

import (
	"io"
	"time"

	"github.com/liveness-gateway/gateway/internal/sandbox/aliyun"
	"github.com/liveness-gateway/gateway/internal/sandbox/aws"
	"github.com/liveness-gateway/gateway/internal/sandbox/iproov"
	"github.com/liveness-gateway/gateway/internal/sandbox/megvii"
	"github.com/liveness-gateway/gateway/internal/sandbox/standin"
	"github.com/liveness-gateway/gateway/internal/sandbox/sumsub"
	"github.com/liveness-gateway/gateway/internal/sandbox/tencent"
)

// Credentials are pairs of a key and its secret that a stand-in accepts.
type Credentials = standin.Credentials

// NewCredentials returns credentials of keys to secrets.
func NewCredentials(secrets map[string]string) Credentials { return standin.NewCredentials(secrets) }

// Options configures a stand-in. The zero value is ready to use.
type Options struct {
	// Credentials are the accepted ones. None means the vendor's demonstration
	// credential.
	Credentials Credentials
	// Revoked reports whether an accepted key is no longer. Nil means that none is. It
	// is called by several requests at a time.
	Revoked func(key string) bool
	// Sessions are those of the credentials that are temporary, of AWS, Tencent and Aliyun.
	Sessions standin.Sessions
	// PathPrefix comes before the vendor's paths: "/finauth" for Megvii's other brand.
	// Empty means where the vendor's documents put them.
	PathPrefix string
	// Aliyun is what a customer sets in Aliyun's console.
	Aliyun aliyun.Console
	// AWS is what a customer has at AWS.
	AWS aws.Account
	// IProov is what a customer sets in iProov's portal.
	IProov iproov.Portal
	// Megvii is what a customer sets in Megvii's console.
	Megvii megvii.Console
	// Sumsub is what a customer sets in Sumsub's dashboard.
	Sumsub sumsub.Dashboard
	// Tencent is what a customer sets in Tencent's console.
	Tencent tencent.Console
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
	return o.Credentials.Or(key, secret).Without(o.Revoked)
}
