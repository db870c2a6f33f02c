package config

import (
	"fmt"
	"slices"

	"github.com/liveness-gateway/gateway/internal/config/document"
	"github.com/liveness-gateway/gateway/internal/config/suggest"
	"github.com/liveness-gateway/gateway/internal/files"
)

// checker finds the mistakes that a schema cannot express. What the schema found wrong is not in
// the Config, and is not checked further.
type checker struct {
	*Config

	root           *document.Value
	withoutSecrets bool
	// files are those that were read.
	files files.Reader
	// running is the configuration that this one is to replace, nil if there is none.
	running *Config
}

func (c *checker) check() {
	c.fitMachine()
	c.checkRedis()
	c.checkIdempotency()
	for _, p := range c.listenProblems() {
		c.root.At("listen", p.key).Fail("%s %s", p.key, p.message)
	}
	c.checkTLS(c.root.At("listen", "tls"), c.Listen.TLS)
	c.checkTLS(c.root.At("listen", "admin_tls"), c.Listen.AdminTLS)
	c.checkCallers()
	for i := range c.Accounts {
		a := &c.Accounts[i]
		c.checkAccount(c.root.At("accounts", a.Name), a)
	}
	seen := lines{}
	for i := range c.Routes {
		r, at := &c.Routes[i], c.root.At("routes").Element(i)
		c.checkRoute(at, r)
		c.checkRouteOnce(at, r, seen)
	}
	for i := range c.Callers {
		c.checkCallerLimits(c.root.At("callers", c.Callers[i].Name), &c.Callers[i])
	}
	c.checkOutOfService()
	c.checkRestart()
}

// checkRouteOnce reports a route that is as specific as another for the same calls.
func (c *checker) checkRouteOnce(at *document.Value, r *Route, seen lines) {
	wantKnown(at.At("callers"), "no caller is called", r.Callers, names(c.Callers, func(caller Caller) string { return caller.Name }))
	if r.Flow == 0 {
		return
	}
	if len(r.Callers) == 0 {
		seen.once(at, "a route for flow %q and scenario %q is already", r.Flow, r.Scenario)
	}
	for _, caller := range r.Callers {
		seen.once(at, "a route for flow %q and scenario %q of caller %q is already", r.Flow, r.Scenario, caller)
	}
}

// checkOutOfService reports names that no target has, with which nothing would be out of service.
func (c *checker) checkOutOfService() {
	var accounts, products []string
	for _, route := range c.Routes {
		for _, target := range route.Targets {
			accounts, products = append(accounts, target.Account), append(products, target.Product)
		}
	}
	seen := lines{}
	for i, out := range c.OutOfService {
		at := c.root.At("out_of_service").Element(i)
		wantInUse(at.At("account"), "account", out.Account, accounts)
		wantInUse(at.At("product"), "product", out.Product, products)
		if out.Account != "" || out.Product != "" {
			seen.once(at, "account %q with product %q is already", out.Account, out.Product)
		}
	}
}

// wantInUse compares a name with those that targets have. If one of these is empty, it has a
// mistake, and nothing is compared: the mistake would be reported twice.
func wantInUse(at *document.Value, thing, name string, known []string) {
	if name != "" && len(known) > 0 && !slices.Contains(known, "") && !slices.Contains(known, name) {
		at.Fail("no target has the %s %q%s", thing, name, suggest.Ending(name, known))
	}
}

// lines has the line of each thing that may be in the file once.
type lines map[string]int

// first returns the line of the first thing like this one, if there was one.
func (l lines) first(at *document.Value, thing string) (line int, ok bool) {
	if line, ok = l[thing]; !ok {
		l[thing] = at.Line()
	}
	return line, ok
}

// once reports a thing that is in the file for the second time.
func (l lines) once(at *document.Value, format string, args ...any) {
	thing := fmt.Sprintf(format, args...)
	if line, ok := l.first(at, thing); ok {
		at.Fail("%s at line %d", thing, line)
	}
}
