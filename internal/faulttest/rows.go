package faulttest

import (
	"time"

	"github.com/liveness-gateway/gateway/internal/faulttest/faultyvendor"
	"github.com/liveness-gateway/gateway/internal/faulttest/judge"
	"github.com/liveness-gateway/gateway/internal/faulttest/traffic"
)

// PanicCode is a vendor's code at which the gateway under test is made to panic within an
// adapter.
const PanicCode = "PANIC"

// Rows returns every fault that callers may not notice.
func Rows() []Row { return append(faults(), hours()...) }

// faults are those of a vendor that is broken.
func faults() []Row {
	everybody := []string{faultyvendor.First, faultyvendor.Second, faultyvendor.Other}
	return []Row{
		{Name: "accepts and never answers", fault: faultyvendor.Always("hang"), felt: "VENDOR_TIMEOUT", hangs: true},
		{Name: "refused", fault: faultyvendor.Refuse, felt: "VENDOR_UNREACHABLE"},
		{Name: "accept queue full", fault: faultyvendor.FillQueue, felt: "VENDOR_UNREACHABLE", hangs: true},
		{Name: "reset after sending", fault: faultyvendor.Always("reset"), felt: "VENDOR_CONNECTION_LOST"},
		{Name: "reset on a pooled connection", fault: faultyvendor.ResetReused, felt: "VENDOR_CONNECTION_LOST"},
		{Name: "half body", fault: faultyvendor.Always("half-body"), felt: "VENDOR_CONNECTION_LOST"},
		{Name: "one byte a second", fault: faultyvendor.Drip, felt: "VENDOR_TIMEOUT", hangs: true},
		{Name: "never-ending body", fault: faultyvendor.Always("endless"), felt: "VENDOR_RESPONSE_INVALID"},
		{Name: "gzip bomb", fault: faultyvendor.Explode, felt: "VENDOR_RESPONSE_INVALID"},
		{Name: "garbage", fault: faultyvendor.Always("garbage"), felt: "VENDOR_RESPONSE_INVALID"},
		{Name: "HTML 200", fault: faultyvendor.Always("html"), felt: "VENDOR_RESPONSE_INVALID"},
		{Name: "empty 200", fault: faultyvendor.Always("status=200"), felt: "VENDOR_RESPONSE_INVALID"},
		{Name: "redirect", fault: faultyvendor.Always("redirect"), felt: "VENDOR_RESPONSE_INVALID"},
		{Name: "TLS expired", tls: true, fault: faultyvendor.PresentExpired, felt: "VENDOR_UNREACHABLE"},
		{Name: "TLS wrong name", tls: true, fault: faultyvendor.PresentOtherName, felt: "VENDOR_UNREACHABLE"},
		{Name: "TLS stalled handshake", tls: true, fault: faultyvendor.KeepSilent, felt: "VENDOR_UNREACHABLE", hangs: true},
		{Name: "name not found", firstURL: "https://vendor.invalid", fault: faultyvendor.Nothing, felt: "VENDOR_UNREACHABLE"},
		{Name: "100 % coded 500s", fault: faultyvendor.Always("code=INTERNAL_ERROR"), felt: "VENDOR_INTERNAL_ERROR"},
		{
			Name: "5 % coded 500s", on: []string{faultyvendor.First, faultyvendor.Other}, traffic: append(traffic.Usual(), traffic.OnlyOther()...),
			fault: faultyvendor.Sometimes(0.05, map[string]string{faultyvendor.First: "code=INTERNAL_ERROR", faultyvendor.Other: "code=9999"}),
			felt:  "VENDOR_INTERNAL_ERROR", keeps: 0.7, expect: judge.RetriesWhereAlone,
		},
		{Name: "concurrency limit", fault: faultyvendor.LimitAtOnce, felt: "VENDOR_CONCURRENCY_LIMITED", remark: judge.LimitUse},
		{Name: "rate limit", fault: faultyvendor.LimitRate, felt: "VENDOR_RATE_LIMITED"},
		{
			Name: "vendor clock off ten minutes", traffic: traffic.Signed(), fault: faultyvendor.Always("skew=10m"),
			felt: "VENDOR_SIGNATURE_EXPIRED", keeps: 0.9, inTime: judge.ClockIsLearnt,
		},
		{Name: "credential revoked in flight", credentials: 2, fault: faultyvendor.Revoke(1), felt: "VENDOR_CREDENTIALS_REJECTED", keeps: 0.9},
		{Name: "quota gone", fault: faultyvendor.Always("code=AUTHORIZATION_ERROR:LIMIT_REACHED"), felt: "VENDOR_QUOTA_EXHAUSTED"},
		{
			Name: "ten times slower", traffic: traffic.HurriedBy(70, 150*time.Millisecond),
			fault: faultyvendor.Takes(10 * faultyvendor.UsualDelay), keeps: 0.95,
		},
		{Name: "flapping every 5 s", flaps: true, fault: faultyvendor.Refuse, felt: "VENDOR_UNREACHABLE", long: time.Minute},
		{Name: "recovery", fault: faultyvendor.Refuse, felt: "VENDOR_UNREACHABLE", long: 40 * time.Second, returns: true, inTime: judge.FirstServesAgain},
		{
			Name: "both vendors down", on: everybody, traffic: traffic.HurriedBy(20, 150*time.Millisecond, 1200*time.Millisecond), fault: faultyvendor.Always("hang"),
			felt: "VENDOR_TIMEOUT", hangs: true, down: true, returns: true, inTime: judge.FailsFast,
		},
		{
			Name: "the only usable vendor down", on: []string{faultyvendor.Other}, traffic: traffic.OnlyOther(), fault: faultyvendor.Refuse,
			felt: "VENDOR_UNREACHABLE", down: true, returns: true, inTime: judge.FailsFast,
		},
		{Name: "20 % of callers cancel", traffic: traffic.Cancelled(), fault: faultyvendor.Nothing, keeps: 0.99},
		{
			Name: "caller deadlines of 1 ms and 50 ms", traffic: traffic.HurriedBy(20, time.Millisecond, 50*time.Millisecond),
			fault: faultyvendor.Nothing, keeps: 0.99, expect: judge.RefusesTheRushed,
		},
		{Name: "an adapter panics", fault: faultyvendor.Always("status=400,code=" + PanicCode), felt: "INTERNAL", expect: judge.Recovers},
	}
}
