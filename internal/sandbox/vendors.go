package sandbox

import (
	"github.com/liveness-gateway/gateway/internal/sandbox/aws"
	"github.com/liveness-gateway/gateway/internal/sandbox/linkface"
	"github.com/liveness-gateway/gateway/internal/sandbox/megvii"
	"github.com/liveness-gateway/gateway/internal/sandbox/sumsub"
	"github.com/liveness-gateway/gateway/internal/sandbox/tencent"
)

// Credentials that a stand-in accepts when Options names none. They are invented and open
// nothing anywhere else.
const (
	DemoAWSAccessKeyID     = aws.DemoAccessKeyID
	DemoAWSSecretAccessKey = aws.DemoSecretAccessKey
	DemoMegviiAPIKey       = megvii.DemoAPIKey
	DemoMegviiAPISecret    = megvii.DemoAPISecret
	DemoLinkfaceAPIID      = linkface.DemoAPIID
	DemoLinkfaceAPISecret  = linkface.DemoAPISecret
	DemoSumsubAppToken     = sumsub.DemoAppToken
	DemoSumsubSecretKey    = sumsub.DemoSecretKey
	DemoTencentSecretID    = tencent.DemoSecretID
	DemoTencentSecretKey   = tencent.DemoSecretKey
)

// NewMegvii returns a stand-in for Megvii's FaceID server.
func NewMegvii(o Options) *StandIn {
	vendor := megvii.New(o.accepted(DemoMegviiAPIKey, DemoMegviiAPISecret), o.Megvii)
	return newStandIn(o, vendor, megvii.PathPrefix)
}

// NewLinkface returns a stand-in for Linkface's server.
func NewLinkface(o Options) *StandIn {
	return newStandIn(o, linkface.New(o.accepted(DemoLinkfaceAPIID, DemoLinkfaceAPISecret)), "")
}

// NewSumsub returns a stand-in for Sumsub's server.
func NewSumsub(o Options) *StandIn {
	return newStandIn(o, sumsub.New(o.accepted(DemoSumsubAppToken, DemoSumsubSecretKey), o.Sumsub), sumsub.PathPrefix)
}

// NewAWS returns a stand-in for Amazon Rekognition.
func NewAWS(o Options) *StandIn {
	return newStandIn(o, aws.New(o.accepted(DemoAWSAccessKeyID, DemoAWSSecretAccessKey), o.Sessions, o.AWS), "")
}

// NewTencent returns a stand-in for Tencent Cloud's FaceID, of both its sites.
func NewTencent(o Options) *StandIn {
	return newStandIn(o, tencent.New(o.accepted(DemoTencentSecretID, DemoTencentSecretKey), o.Sessions, o.Tencent), "")
}
