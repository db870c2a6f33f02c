package main

import (
	"fmt"
	"io"
	"strconv"

	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/permissions"
)

// warn writes warnings about what is not a mistake but hardly intended.
func warn(output io.Writer, cfg *config.Config) error {
	for _, warning := range append(timeoutWarnings(cfg), callerWarnings(cfg)...) {
		if _, err := fmt.Fprintf(output, "warning: %s\n", warning); err != nil {
			return err
		}
	}
	return nil
}

// timeoutWarnings names the accounts on which a hung attempt leaves too little time for another vendor,
// with the default deadline.
func timeoutWarnings(cfg *config.Config) (all []string) {
	for i := range cfg.Accounts {
		if account := &cfg.Accounts[i]; account.Timeout > call.DefaultDeadline/2 {
			all = append(all, fmt.Sprintf("the timeout of %s, %s, is more than half of the default deadline, %s",
				account.Name, account.Timeout, call.DefaultDeadline))
		}
	}
	return all
}

// callerWarnings names the callers whose certificate no listener asks for, and, if there are several
// callers, those without any limit.
func callerWarnings(cfg *config.Config) (all []string) {
	var unasked, unbounded []string
	asked := cfg.Listen.TLS != nil && cfg.Listen.TLS.ClientCA != ""
	for i := range cfg.Callers {
		c := &cfg.Callers[i]
		if len(c.Certificates) > 0 && !asked {
			unasked = append(unasked, c.Name)
		}
		if c.Rate == 0 && c.MaxCalls == 0 {
			unbounded = append(unbounded, c.Name)
		}
	}
	if unasked != nil {
		all = append(all, fmt.Sprintf("no client is asked for a certificate, by which %s would be known: set client_ca in listen.tls", permissions.Listed(unasked)))
	}
	if unbounded != nil && len(cfg.Callers) > 1 {
		all = append(all, fmt.Sprintf("%s may slow the other callers down: set rate or max_calls", permissions.Listed(unbounded)))
	}
	return all
}

// whoMayCall says in a few words who may call under the configuration.
func whoMayCall(cfg *config.Config) string {
	switch {
	case len(cfg.Callers) > 0:
		return strconv.Itoa(len(cfg.Callers))
	case cfg.Listen.TLS.ClientsRequired():
		return "whoever has a certificate of client_ca, as one without a name"
	default:
		return "anybody"
	}
}
