package sandbox

import (
	"github.com/liveness-gateway/gateway/internal/sandbox/aliyun"
	"github.com/liveness-gateway/gateway/internal/sandbox/aws"
	"github.com/liveness-gateway/gateway/internal/sandbox/azure"
	"github.com/liveness-gateway/gateway/internal/sandbox/iproov"
	"github.com/liveness-gateway/gateway/internal/sandbox/linkface"
	"github.com/liveness-gateway/gateway/internal/sandbox/megvii"
	"github.com/liveness-gateway/gateway/internal/sandbox/sumsub"
	"github.com/liveness-gateway/gateway/internal/sandbox/tencent"
)

// Credentials that a stand-in accepts when Options names none. They are invented and open
// nothing anywhere else.
const (
	DemoAliyunKeyID        = aliyun.DemoAccessKeyID
	DemoAliyunKeySecret    = aliyun.DemoAccessKeySecret
	DemoAWSAccessKeyID     = aws.DemoAccessKeyID
	DemoAWSSecretAccessKey = aws.DemoSecretAccessKey
	DemoAzureAPIKey        = azure.DemoAPIKey
	DemoIProovAPIKey       = iproov.DemoAPIKey
	DemoIProovSecret       = iproov.DemoSecret
	DemoMegviiAPIKey       = megvii.DemoAPIKey
	DemoMegviiAPISecret    = megvii.DemoAPISecret
	DemoLinkfaceAPIID      = linkface.DemoAPIID
	DemoLinkfaceAPISecret  = linkface.DemoAPISecret
	DemoSumsubAppToken     = sumsub.DemoAppToken
	DemoSumsubSecretKey    = sumsub.DemoSecretKey
	DemoTencentSecretID    = tencent.DemoSecretID
	DemoTencentSecretKey   = tencent.DemoSecretKey
)

// NewAliyun returns a stand-in for Aliyun's Cloudauth.
func NewAliyun(o Options) *StandIn {
	return newStandIn(o, aliyun.New(o.accepted(DemoAliyunKeyID, DemoAliyunKeySecret), o.Sessions, o.Aliyun), "")
}

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

// NewAzure returns a stand-in for a resource of Azure AI Face. The credentials are its keys, with any secret.
func NewAzure(o Options) *StandIn {
	return newStandIn(o, azure.New(o.accepted(DemoAzureAPIKey, "")), azure.PathPrefix)
}

// NewIProov returns a stand-in for iProov's server.
func NewIProov(o Options) *StandIn {
	return newStandIn(o, iproov.New(o.accepted(DemoIProovAPIKey, DemoIProovSecret), o.IProov), iproov.PathPrefix)
}

// Open returns the stand-in of a provider by the name that the gateway has for it, nil if there is
// none.
func Open(provider string, o Options) *StandIn {
	open := map[string]func(Options) *StandIn{
		"aliyun": NewAliyun, "aws": NewAWS, "azure": NewAzure, "iproov": NewIProov, "linkface": NewLinkface, "megvii": NewMegvii,
		"sumsub": NewSumsub, "tencent": NewTencent,
	}[provider]
	if open == nil {
		return nil
	}
	return open(o)
}
