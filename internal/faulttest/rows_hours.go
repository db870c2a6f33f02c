package faulttest

import (
	"time"

	"github.com/liveness-gateway/gateway/internal/faulttest/faultyvendor"
	"github.com/liveness-gateway/gateway/internal/faulttest/judge"
	"github.com/liveness-gateway/gateway/internal/faulttest/traffic"
)

// hours are the faults of vendors that work: credentials, clocks, limits and times that are not
// as one thinks, and what others say in a vendor's name. docs/faults.md says what the gateway did
// of each before it knew them.
func hours() []Row {
	both := []string{faultyvendor.First, faultyvendor.Other}
	alike := func(first, other string) map[string]string {
		return map[string]string{faultyvendor.First: first, faultyvendor.Other: other}
	}
	return []Row{
		{
			Name: "three of four credentials refused", credentials: 4, fault: faultyvendor.Revoke(3),
			felt: "VENDOR_CREDENTIALS_REJECTED", keeps: 0.9,
		},
		{Name: "all four credentials refused", credentials: 4, fault: faultyvendor.Revoke(4), felt: "VENDOR_CREDENTIALS_REJECTED"},
		{
			Name: "1 % spurious refusals, one credential", on: []string{faultyvendor.Other}, traffic: traffic.MostlyOnlyOther(),
			fault: faultyvendor.Every(100, alike("", "code=1000")), felt: "VENDOR_CREDENTIALS_REJECTED", expect: judge.LosesFew,
		},
		{
			Name: "slow but healthy after a fault", firstTakes: 2 * time.Second, attempt: 3 * time.Second, deadline: 3900 * time.Millisecond,
			fault: faultyvendor.Refuse, felt: "VENDOR_CONNECTION_LOST", timed: time.Second, returns: true, slowly: true, inTime: judge.FirstServesAgain,
		},
		{
			Name: "429 with Retry-After", on: both, traffic: traffic.AndOnlyOther(),
			fault: faultyvendor.RetryAfter(faultyvendor.AsSeconds, alike("status=429", "status=429")),
			felt:  "VENDOR_RATE_LIMITED", expect: judge.TellsToWait, inTime: judge.FirstRests,
		},
		{
			Name: "503 with Retry-After as a date", on: both, traffic: traffic.AndOnlyOther(),
			fault: faultyvendor.RetryAfter(faultyvendor.AsDate, alike("status=503", "status=503")),
			felt:  "VENDOR_INTERNAL_ERROR", expect: judge.TellsToWait, inTime: judge.FirstRests,
		},
		{
			Name: "coded answers with Retry-After", on: both, traffic: traffic.AndOnlyOther(),
			fault: faultyvendor.RetryAfter(faultyvendor.AsSeconds, alike("code=INTERNAL_ERROR", "code=9999")),
			felt:  "VENDOR_INTERNAL_ERROR", expect: judge.TellsToWait, inTime: judge.FirstRests,
		},
		{
			Name: "answers of frameworks and gateways", weighted: true, traffic: traffic.WithPhotos(), fault: faultyvendor.Frameworks,
			felt: "VENDOR_INTERNAL_ERROR", expect: judge.FrameworksAreRead,
		},
		{Name: "413 of a proxy", fault: faultyvendor.RefuseSize, felt: "ARGUMENT_REJECTED"},
		{Name: "ten a second allowed", fault: faultyvendor.LimitTo(10), felt: "VENDOR_RATE_LIMITED", inTime: judge.FirstIsAskedLittle},
		{
			Name: "hangs as long as callers wait", attempt: time.Second, deadline: time.Second, fault: faultyvendor.Always("hang"),
			felt: "VENDOR_TIMEOUT", hangs: true, blind: true, expect: judge.OthersTakeOver,
		},
		{
			Name: "hangs longer than callers wait", weighted: true, attempt: 3 * time.Second, deadline: time.Second,
			fault: faultyvendor.Always("hang"), felt: "VENDOR_TIMEOUT", hangs: true, blind: true, expect: judge.OthersTakeOver,
		},
		{
			Name: "Date ten minutes ahead", on: both, traffic: append(traffic.Signed(), traffic.OnlyOther()...),
			fault: faultyvendor.ShiftDate(10 * time.Minute), keeps: 0.7, expect: judge.NoSignatureRefused,
		},
		{
			Name: "signatures judged by a clock ten minutes ahead", traffic: traffic.Signed(),
			fault: faultyvendor.ShiftSignatures(10 * time.Minute), felt: "VENDOR_SIGNATURE_EXPIRED",
		},
		{
			Name: "callers leave and come again by their key", traffic: traffic.Returning(), fault: faultyvendor.Takes(10 * faultyvendor.UsualDelay),
			keeps: 0.95, expect: judge.OneTokenAKey,
		},
	}
}
