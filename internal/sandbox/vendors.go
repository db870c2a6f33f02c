package sandbox

import (
	"github.com/liveness-gateway/gateway/internal/sandbox/linkface"
	"github.com/liveness-gateway/gateway/internal/sandbox/megvii"
)

// Credentials that a stand-in accepts when Options names none. They are invented and open
// nothing anywhere else.
const (
	DemoMegviiAPIKey      = megvii.DemoAPIKey
	DemoMegviiAPISecret   = megvii.DemoAPISecret
	DemoLinkfaceAPIID     = linkface.DemoAPIID
	DemoLinkfaceAPISecret = linkface.DemoAPISecret
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
