// Package vendors holds the only list of vendors. What the gateway is made of
// (cmd) and what writes of it (tools) import it, nothing else does.
package vendors

import (
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/aliyun"
	"github.com/liveness-gateway/gateway/internal/providers/aws"
	"github.com/liveness-gateway/gateway/internal/providers/azure"
	"github.com/liveness-gateway/gateway/internal/providers/iproov"
	"github.com/liveness-gateway/gateway/internal/providers/linkface"
	"github.com/liveness-gateway/gateway/internal/providers/megvii"
	"github.com/liveness-gateway/gateway/internal/providers/sumsub"
	"github.com/liveness-gateway/gateway/internal/providers/tencent"
)

// All returns what each vendor's adapter states of it, by name. A new vendor is a
// folder and a line here.
func All() []*providers.Provider {
	return []*providers.Provider{
		aliyun.Provider(),
		aws.Provider(),
		azure.Provider(),
		iproov.Provider(),
		linkface.Provider(),
		megvii.Provider(),
		sumsub.Provider(),
		tencent.Provider(),
	}
}
