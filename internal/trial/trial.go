// Package trial makes one real call of a product on a configured account and shows what
// was sent, what came back and how it was read, without secrets and personal data. It
// must not know which vendors there are, nor the gateway that serves.
package trial

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/admission"
	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/config/suggest"
	"github.com/liveness-gateway/gateway/internal/idempotency"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing"
	"github.com/liveness-gateway/gateway/internal/routing/guard"
	"github.com/liveness-gateway/gateway/internal/routing/route"
	"github.com/liveness-gateway/gateway/internal/server"
	"github.com/liveness-gateway/gateway/internal/service"
	"github.com/liveness-gateway/gateway/internal/settings"
	"github.com/liveness-gateway/gateway/internal/trial/record"
	"github.com/liveness-gateway/gateway/internal/upstream"
)

// Options say what to call, and with what.
type Options struct {
	// Account and Product are names of the configuration.
	Account, Product string
	// Request is a JSON file with the request, as over REST; Fields, each PATH=VALUE, are
	// the request if it is "".
	Request string
	Fields  []string
	// Parameters, each NAME=VALUE, are target parameters over those of the first route
	// with the target.
	Parameters []string
	// Timeout is how long to wait for the answer; 0 is the account's timeout.
	Timeout time.Duration
	// ShowAnswer shows and saves the unknown values of the answer too.
	ShowAnswer bool
	// Save, if not "", is a file of cases that the answer is added to.
	Save string
}

// Run makes the call and prints how it went. It fails if no token was issued.
func Run(ctx context.Context, cfg *config.Config, o *Options, output io.Writer) error {
	t, err := newTrial(cfg, o)
	if err != nil {
		return err
	}
	cases, err := readCases(o.Save) // before the call: its answer must not be lost
	if err != nil {
		return err
	}
	transport := upstream.NewTransport(t.account)
	defer transport.Close()
	wire := &record.Exchange{Over: transport, Announce: func(address string) {
		_, _ = fmt.Fprintf(output, "One real call of %s to %s with the account %s. The vendor may bill it.\n\n", t.product.ID, address, t.account.Name)
	}}
	made, err := t.call(ctx, wire)
	if err != nil {
		return err
	}
	safe := newRedactor(t, wire, made, o.ShowAnswer)
	err = printTrial(output, t, wire, made, safe)
	if o.Save != "" && wire.Answered != nil {
		err = errors.Join(err, t.save(ctx, o.Save, cases, wire, made, safe))
	}
	if made.Err != nil {
		err = errors.Join(fmt.Errorf("no token was issued: %s", made.Err.Reason), err)
	}
	return err
}

// trial is one call of a product on an account, whatever the routes say.
type trial struct {
	account    *config.Account
	product    *providers.Product
	parameters map[string]string
	timeout    time.Duration
	message    *livenessv1.IssueLivenessTokenRequest
	// photos are the beginnings of the message's, which the call takes out of it.
	photos []string
}

func newTrial(cfg *config.Config, o *Options) (*trial, error) {
	account, err := find("account", o.Account, cfg.Accounts, func(a *config.Account) string { return a.Name })
	if err != nil {
		return nil, err
	}
	product, err := find("product of "+account.Provider.Name, o.Product, account.Provider.Products,
		func(p *providers.Product) string { return p.ID })
	if err != nil {
		return nil, err
	}
	message, err := readMessage(o.Request, o.Fields)
	if err != nil {
		return nil, err
	}
	if message.GetFlow() == livenessv1.Flow_FLOW_UNSPECIFIED {
		message.Flow = livenessv1.Flow(livenessv1.Flow_value["FLOW_"+strings.ToUpper(product.Flows[0].String())])
	}
	t := &trial{account, product, map[string]string{}, cmp.Or(o.Timeout, account.Timeout), message, beginnings(message)}
	return t, t.setParameters(cfg.Routes, o.Parameters)
}

// find returns the element of that name.
func find[T any](thing, name string, all []T, nameOf func(*T) string) (*T, error) {
	var known []string
	for i := range all {
		if known = append(known, nameOf(&all[i])); known[i] == name {
			return &all[i], nil
		}
	}
	return nil, errors.New(suggest.Unknown(thing, name, known))
}

// flow is the request's, 0 if it is none of the contract's.
func (t *trial) flow() providers.Flow {
	name := livenessv1.Flow_name[int32(t.message.GetFlow())]
	return providers.ParseFlow(strings.ToLower(strings.TrimPrefix(name, "FLOW_")))
}

// setParameters takes those of the first target of a route that is the trial's, best of a route
// of its flow, where a scenario in the request picks the routes; then the given ones, each NAME=VALUE.
func (t *trial) setParameters(routes []config.Route, given []string) error {
	flow := t.flow()
	for _, only := range []bool{true, false} {
		for _, r := range routes {
			for _, target := range r.Targets {
				if len(t.parameters) == 0 && target.Account == t.account.Name && target.Product == t.product.ID &&
					(t.message.GetScenario() == "" || t.message.GetScenario() == r.Scenario) && (r.Flow == flow || !only) {
					maps.Copy(t.parameters, target.Parameters)
				}
			}
		}
	}
	for _, parameter := range given {
		name, value, _ := strings.Cut(parameter, "=")
		declared, err := find("parameter of "+t.product.ID, name, t.product.Parameters, func(p *providers.Parameter) string { return p.Name })
		switch {
		case err != nil:
			return err
		case !declared.Takes(value):
			return fmt.Errorf("parameter %q does not take this value: %s", name, declared.Text)
		}
		t.parameters[name] = value
	}
	for i := range t.product.Parameters {
		if p := &t.product.Parameters[i]; (p.Required || p.Flow == flow && flow != 0) && t.parameters[p.Name] == "" {
			return fmt.Errorf("missing parameter %q: %s", p.Name, p.Text)
		}
	}
	return nil
}

// call makes the call through the server's interceptors and routes with one target, one for
// each of its flows, so that it is checked, made and read as a caller's would be.
func (t *trial) call(ctx context.Context, over http.RoundTripper) (*call.Call, error) {
	keeper, err := idempotency.NewInMemory(idempotency.NewMemory(1, 1<<20))
	if err != nil {
		return nil, err
	}
	target := route.Target{
		Product: t.product, Provider: t.account.Provider.Name, Account: t.account.Name, Region: t.account.Region,
		Timeout: t.timeout, Issuer: upstream.Open(t.account, over).NewTarget(t.product.ID, t.parameters),
		Guard:    guard.NewAccount(len(t.account.Credentials), t.account.MaxInFlight),
		Settings: providers.Settings{Parameters: t.parameters, Options: t.account.Options},
	}
	var routes []route.Route
	for _, flow := range t.product.Flows {
		routes = append(routes, route.Route{
			Flow: flow, Scenario: t.message.GetScenario(), MaxAttempts: 1, Targets: []route.Target{target},
		})
	}
	router := routing.New(routes, func(*routing.Attempt) {})
	d := server.NewDispatcher(&admission.Controller{}, nil)
	d.Use(&settings.Settings{AllowPrivateCallbacks: true}) // an operator's own message
	livenessv1.RegisterLivenessServiceServer(d, service.New(router, keeper))
	ctx, cancel := context.WithTimeout(ctx, t.timeout+time.Second) // the attempt's own timeout is to end it
	defer cancel()
	return d.Issue(ctx, proto.CloneOf(t.message)), nil // photos are taken out of it
}
