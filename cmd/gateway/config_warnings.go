package main

import (
	"fmt"
	"io"
	"strconv"

	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/config"
	"github.com/liveness-gateway/gateway/internal/permissions"
)

// warn writes what is no mistake in a file, and hardly meant.
func warn(output io.Writer, cfg *config.Config) error {
	for _, warning := range append(timeoutWarnings(cfg), callerWarnings(cfg)...) {
		if _, err := fmt.Fprintf(output, "warning: %s\n", warning); err != nil {
			return err
		}
	}
	return nil
}

// timeoutWarnings name the accounts of which a hung attempt leaves a caller with the default
// deadline too little time for another vendor.
func timeoutWarnings(cfg *config.Config) (all []string) {
	for i := range cfg.Accounts {
		if account := &cfg.Accounts[i]; account.Timeout > call.DefaultDeadline/2 {
			all = append(all, fmt.Sprintf("the timeout of %s, %s, is more than half of the default deadline, %s",
				account.Name, account.Timeout, call.DefaultDeadline))
		}
	}
	return all
}

// callerWarnings name the callers who are known by what no listener asks for, and those of
// several who may take whatever they can get.
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

// whoMayCall says so of a file in a few words.
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
