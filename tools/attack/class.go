package main

import (
	"context"
	"slices"
)

// class is one way to hurt a gateway.
type class struct {
	// family is a row of docs/security.md's table of classes, name is what is sent.
	family, name string
	// attack is the program of one connection.
	attack attack
	// connections are at once; 0 means ten. Each class is played from one first.
	connections int
	// rate bounds what is sent in a second over all connections, in what the attack counts
	// as requests; 0 means none.
	rate float64
	// answer is how the vendor behind the attackers' calls answers, if not as documented.
	answer vendorAnswer
}

// attack opens a connection to the target and attacks until the gateway closes it or ctx
// ends, which closes it too. It is played again and again. An error says what the gateway
// did that it must not do; that it closes a connection or refuses one is none.
type attack func(ctx context.Context, t *target) error

func (c *class) title() string { return c.family + ": " + c.name }

func (c *class) many() int {
	if c.connections == 0 {
		return 10
	}
	return c.connections
}

// classes are all there are.
func classes() []*class {
	return slices.Concat(http1Classes(), http2Classes(), frameClasses(), bodyClasses(), vendorClasses())
}
