package main

import (
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/linkface"
	"github.com/liveness-gateway/gateway/internal/providers/megvii"
)

// vendors is the only list of vendors: a new one is a folder and a line here.
func vendors() []*providers.Provider {
	return []*providers.Provider{
		linkface.Provider(),
		megvii.Provider(),
	}
}
