// Package vendors holds the only list of vendors. What the gateway is made of
// (cmd) and what writes of it (tools) import it, nothing else does.
package vendors

import (
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/aws"
	"github.com/liveness-gateway/gateway/internal/providers/linkface"
	"github.com/liveness-gateway/gateway/internal/providers/megvii"
	"github.com/liveness-gateway/gateway/internal/providers/sumsub"
)

// All returns what each vendor's adapter states of it, by name. A new vendor is a
// folder and a line here.
func All() []*providers.Provider {
	return []*providers.Provider{
		aws.Provider(),
		linkface.Provider(),
		megvii.Provider(),
		sumsub.Provider(),
	}
}
