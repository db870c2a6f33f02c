// Package samples has a request for each product that is issued a token, and what the
// answers to it look like. Of the tests alone.
package samples

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/liveness-gateway/gateway/internal/sandbox"
	"github.com/liveness-gateway/gateway/internal/sandbox/requests"
)

// What the stand-ins draw and read from Options.
const (
	ServerTime = 1700000000
	// Hex is 16 bytes of randomness.
	Hex = "fbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfb"
	// UUID is the same as one of version 4.
	UUID = "fbfbfbfb-fbfb-4bfb-bbfb-fbfbfbfbfbfb"
)

// Options makes every answer the same: a clock that stands still and the byte 0xfb for
// ever.
func Options() sandbox.Options {
	return sandbox.Options{Now: func() time.Time { return time.Unix(ServerTime, 0) }, Rand: sameByte{}}
}

type sameByte struct{}

func (sameByte) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 0xfb
	}
	return len(p), nil
}

// BrokenRand is a source of randomness that fails.
type BrokenRand struct{}

func (BrokenRand) Read([]byte) (int, error) { return 0, errors.New("no entropy") }

// Product is one of all, with a request that is issued a token.
type Product struct {
	Name  string
	With  func(sandbox.Options) *sandbox.StandIn
	Valid requests.Request
	// Code is a code of the document about too many requests, and Status its status.
	Code   string
	Status int
	Failed func(message string) string // the product's answer that carries a code
}

// New is the product's stand-in with Options.
func (p Product) New() *sandbox.StandIn { return p.With(Options()) }

// Products are all of them.
func Products(t *testing.T) []Product {
	t.Helper()
	const limited, tooMany = "CONCURRENCY_LIMIT_EXCEEDED", "RequestLimitExceeded"
	return []Product{
		{"megvii.random-number", sandbox.NewMegvii, RandomNumber(), limited, 403, MegviiFailed},
		{"megvii.pc-web", sandbox.NewMegvii, PCWeb(), limited, 403, MegviiFailed},
		{"megvii.app-v5", sandbox.NewMegvii, AppV5(), limited, 403, AppV5Failed},
		{"megvii.h5-flash", sandbox.NewMegvii, H5Flash(t), limited, 403, MegviiFailed},
		{"megvii.app-v3", sandbox.NewMegvii, AppV3(t), limited, 403, AppV5Failed},
		{"linkface.app", sandbox.NewLinkface, LinkfaceApp(), "1009", 200, LinkfaceFailed},
		{"megvii.lite-page", sandbox.NewMegvii, LitePage(), limited, 403, MegviiFailed},
		{"aws.face-liveness", sandbox.NewAWS, FaceLiveness(), "ThrottlingException", 400, AWSFailed},
		{"tencent.hosted-page", sandbox.NewTencent, DetectAuth(), tooMany, 200, TencentFailed},
		{"tencent.app", sandbox.NewTencent, FaceIDToken(), tooMany, 200, TencentFailed},
		{"tencent.intl-page", sandbox.NewTencent, WebVerification(), tooMany, 200, TencentFailed},
		{"tencent.intl-app", sandbox.NewTencent, FaceIDTokenIntl(), tooMany, 200, TencentFailed},
		{"aliyun.face-verify", sandbox.NewAliyun, FaceVerify(), "Throttling.User", 400, AliyunFailed},
		{"sumsub.sdk", sandbox.NewSumsub, SumsubSDK(), "429", 429, SumsubFailed(429)},
		{"azure.liveness", sandbox.NewAzure, AzureLiveness(), "429", 429, AzureFailed},
		{"azure.liveness-with-verify", sandbox.NewAzure, AzureLivenessWithVerify(t), "429", 429, AzureFailed},
		{"iproov.capture-enrol", sandbox.NewIProov, IProovEnrol(), "too_many_requests", 429, IProovFailed},
		{"iproov.verify", sandbox.NewIProov, IProovVerify(), "too_many_requests", 429, IProovFailed},
	}
}

// Megvii is Megvii's stand-in with Options.
func Megvii() http.Handler { return sandbox.NewMegvii(Options()) }

// Linkface is Linkface's stand-in with Options.
func Linkface() http.Handler { return sandbox.NewLinkface(Options()) }

// AWS is Rekognition's stand-in with Options.
func AWS() http.Handler { return sandbox.NewAWS(Options()) }

// Sumsub is Sumsub's stand-in with Options.
func Sumsub() http.Handler { return sandbox.NewSumsub(Options()) }

// Tencent is Tencent's stand-in with Options.
func Tencent() http.Handler { return sandbox.NewTencent(Options()) }

// Azure is Azure's stand-in with Options.
func Azure() http.Handler { return sandbox.NewAzure(Options()) }

// IProov is iProov's stand-in with Options.
func IProov() http.Handler { return sandbox.NewIProov(Options()) }
