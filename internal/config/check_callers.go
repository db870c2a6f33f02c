package config

import (
	"slices"

	"github.com/liveness-gateway/gateway/internal/callers"
	"github.com/liveness-gateway/gateway/internal/config/document"
	"github.com/liveness-gateway/gateway/internal/config/suggest"
	"github.com/liveness-gateway/gateway/internal/files"
)

// checkCallers reports credentials that two callers have, and unknown issuers.
func (c *checker) checkCallers() {
	if len(c.Callers) > 0 && c.AllowUnauthenticated {
		c.root.At("allow_unauthenticated").Fail("allow_unauthenticated contradicts callers: where there are callers, every call comes from one")
	}
	if c.Authentication != nil && !c.root.At("callers").Given() {
		c.root.At("authentication").Fail("authentication is for callers, and there are none")
	}
	seen := lines{}
	for i := range c.JWTIssuers() {
		issuer, at := &c.Authentication.JWT[i], c.root.At("authentication", "jwt").Element(i)
		if issuer.Issuer != "" {
			seen.once(at, "issuer %q is already", issuer.Issuer)
		}
		c.checkKeySet(at.At("jwks"), issuer)
		algorithms := lines{}
		for i, algorithm := range issuer.Algorithms {
			if algorithm != "" {
				algorithms.once(at.At("algorithms").Element(i), "algorithm %q is already", algorithm)
			}
		}
	}
	for i := range c.Callers {
		caller, at := &c.Callers[i], c.root.At("callers", c.Callers[i].Name)
		if caller.Name == NoCaller {
			at.FailKey("a caller cannot be called %s: metrics call those so who are none", NoCaller)
		}
		c.checkCaller(at, caller, seen)
	}
}

// checkKeySet checks an issuer's keys, if they are in a file.
func (c *checker) checkKeySet(at *document.Value, issuer *JWTIssuer) {
	j := &issuer.JWKS
	if j.CAFile != "" {
		j.CAFile = at.Path(j.CAFile)
		j.RootCAs = c.readCertificates(at.At("ca_file"), j.CAFile)
		if j.File != "" {
			at.At("ca_file").Fail("ca_file is for a url")
		}
	}
	if j.File == "" {
		return
	}
	j.File = at.Path(j.File)
	if slices.Contains(issuer.Algorithms, "") { // one that is none was reported, and left out
		return
	}
	text, err := c.files.Read(j.File)
	if err != nil {
		at.At("file").Fail("file %s cannot be read: %s", j.File, files.Cause(err))
	} else if err := callers.CheckKeySet(text, issuer.Algorithms); err != nil {
		at.At("file").Fail("file %s %s", j.File, err)
	}
}

// checkCaller compares a caller's credentials with those of others.
func (c *checker) checkCaller(at *document.Value, caller *Caller, seen lines) {
	for i, name := range caller.Certificates {
		at := at.At("certificates").Element(i)
		if name.URI != "" {
			seen.once(at.At("uri"), "a certificate with the URI %q is already", name.URI)
		}
		if name.DNS != "" {
			seen.once(at.At("dns"), "a certificate with the DNS name %q is already", name.DNS)
		}
	}
	named := lines{}
	for i, key := range caller.APIKeys {
		at := at.At("api_keys").Element(i)
		if key.Name != "" {
			named.once(at.At("name"), "API key %q is already", key.Name)
		}
		if key.ID != "" {
			seen.once(at.At("id"), "an API key with the id %q is already", key.ID)
		}
	}
	issuers := names(c.JWTIssuers(), func(i JWTIssuer) string { return i.Issuer })
	for i, name := range caller.JWT {
		at := at.At("jwt").Element(i)
		switch {
		case name.Issuer == "" || name.Value == "":
		case !slices.Contains(issuers, name.Issuer):
			at.At("issuer").Fail("authentication has no issuer %q%s", name.Issuer, suggest.Ending(name.Issuer, issuers))
		default:
			seen.once(at.At("value"), "a token of %s for %q is already", name.Issuer, name.Value)
		}
	}
}
