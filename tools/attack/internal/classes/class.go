package classes

import (
	"context"
	"slices"

	"github.com/liveness-gateway/gateway/tools/attack/internal/vendors"
	"github.com/liveness-gateway/gateway/tools/attack/internal/wire"
)

// Class is one way to hurt a gateway.
type Class struct {
	// Family is a row of docs/security.md's table of classes, Name is what is sent.
	Family, Name string
	// Attack is the program of one connection.
	Attack Attack
	// connections are at once; 0 means ten. Each class is played from one first.
	connections int
	// Rate bounds what is sent in a second over all connections, in what the attack counts
	// as requests; 0 means none.
	Rate float64
	// Answer is how the vendor behind the attackers' calls answers, if not as documented.
	Answer vendors.Answer
}

// Attack opens a connection to the target and attacks until the gateway closes it or ctx
// ends, which closes it too. It is played again and again. An error says what the gateway
// did that it must not do; that it closes a connection or refuses one is none.
type Attack func(ctx context.Context, t *wire.Target) error

// Title is what reports call it; no two classes have the same.
func (c *Class) Title() string { return c.Family + ": " + c.Name }

// Many returns from how many connections it is played after it was from one.
func (c *Class) Many() int {
	if c.connections == 0 {
		return 10
	}
	return c.connections
}

// All returns the classes that there are.
func All() []*Class {
	return slices.Concat(http1Classes(), http2Classes(), frameClasses(), bodyClasses(), vendorClasses())
}
