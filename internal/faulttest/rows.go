package faulttest

import "time"

// PanicCode is a vendor's code at which the gateway under test is made to panic within an
// adapter.
const PanicCode = "PANIC"

// Rows returns every fault that callers may not notice.
func Rows() []Row {
	everybody := []string{first, second, other}
	return []Row{
		{Name: "accepts and never answers", fault: always("hang"), felt: "VENDOR_TIMEOUT", hangs: true},
		{Name: "refused", fault: refuse, felt: "VENDOR_UNREACHABLE"},
		{Name: "accept queue full", fault: fillQueue, felt: "VENDOR_UNREACHABLE", hangs: true},
		{Name: "reset after sending", fault: always("reset"), felt: "VENDOR_CONNECTION_LOST"},
		{Name: "reset on a pooled connection", fault: resetReused, felt: "VENDOR_CONNECTION_LOST"},
		{Name: "half body", fault: always("half-body"), felt: "VENDOR_CONNECTION_LOST"},
		{Name: "one byte a second", fault: drip, felt: "VENDOR_TIMEOUT", hangs: true},
		{Name: "never-ending body", fault: always("endless"), felt: "VENDOR_RESPONSE_INVALID"},
		{Name: "gzip bomb", fault: explode, felt: "VENDOR_RESPONSE_INVALID"},
		{Name: "garbage", fault: always("garbage"), felt: "VENDOR_RESPONSE_INVALID"},
		{Name: "HTML 200", fault: always("html"), felt: "VENDOR_RESPONSE_INVALID"},
		{Name: "empty 200", fault: always("status=200"), felt: "VENDOR_RESPONSE_INVALID"},
		{Name: "redirect", fault: always("redirect"), felt: "VENDOR_RESPONSE_INVALID"},
		{Name: "TLS expired", tls: true, fault: present(expired), felt: "VENDOR_UNREACHABLE"},
		{Name: "TLS wrong name", tls: true, fault: present(otherName), felt: "VENDOR_UNREACHABLE"},
		{Name: "TLS stalled handshake", tls: true, fault: keepSilent, felt: "VENDOR_UNREACHABLE", hangs: true},
		{Name: "name not found", firstURL: "https://vendor.invalid", fault: nothing, felt: "VENDOR_UNREACHABLE"},
		{Name: "100 % coded 500s", fault: always("code=INTERNAL_ERROR"), felt: "VENDOR_INTERNAL_ERROR"},
		{
			Name: "5 % coded 500s", on: []string{first, other}, traffic: append(usualTraffic(), onlyOther()...),
			fault: sometimes(0.05, map[string]string{first: "code=INTERNAL_ERROR", other: "code=9999"}),
			felt:  "VENDOR_INTERNAL_ERROR", keeps: 0.7, expect: retriesWhereAlone,
		},
		{Name: "concurrency limit", fault: limitAtOnce, felt: "VENDOR_CONCURRENCY_LIMITED", remark: limitUse},
		{Name: "rate limit", fault: limitRate, felt: "VENDOR_RATE_LIMITED"},
		{
			Name: "vendor clock off ten minutes", traffic: signed(), fault: always("skew=10m"),
			felt: "VENDOR_SIGNATURE_EXPIRED", keeps: 0.9, inTime: clockIsLearnt,
		},
		{Name: "credential revoked in flight", spare: true, fault: revoke, felt: "VENDOR_CREDENTIALS_REJECTED", keeps: 0.9},
		{Name: "quota gone", fault: always("code=AUTHORIZATION_ERROR:LIMIT_REACHED"), felt: "VENDOR_QUOTA_EXHAUSTED"},
		{
			Name: "ten times slower", traffic: hurriedBy(70, 150*time.Millisecond),
			fault: takes(10 * usualDelay), keeps: 0.95,
		},
		{Name: "flapping every 5 s", flaps: true, fault: refuse, felt: "VENDOR_UNREACHABLE", long: time.Minute},
		{Name: "recovery", fault: refuse, felt: "VENDOR_UNREACHABLE", long: 40 * time.Second, returns: true, inTime: firstServesAgain},
		{
			Name: "both vendors down", on: everybody, traffic: hurriedBy(20, 150*time.Millisecond, 1200*time.Millisecond), fault: always("hang"),
			felt: "VENDOR_TIMEOUT", hangs: true, down: true, returns: true, inTime: failsFast,
		},
		{
			Name: "the only usable vendor down", on: []string{other}, traffic: onlyOther(), fault: refuse,
			felt: "VENDOR_UNREACHABLE", down: true, returns: true, inTime: failsFast,
		},
		{Name: "20 % of callers cancel", traffic: cancelled(), fault: nothing, keeps: 0.99},
		{
			Name: "caller deadlines of 1 ms and 50 ms", traffic: hurriedBy(20, time.Millisecond, 50*time.Millisecond),
			fault: nothing, keeps: 0.99, expect: refusesTheRushed,
		},
		{Name: "an adapter panics", fault: always("status=400,code=" + PanicCode), felt: "INTERNAL", expect: recovers},
	}
}
