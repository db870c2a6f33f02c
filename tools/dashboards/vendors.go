package main

const (
	ofVendor = selected + `, provider=~"$provider", account=~"$account"`
	attempts = `liveness_gateway_vendor_attempts_total{` + ofVendor
	// ofAccount is of series that have no vendor.
	ofAccount = selected + `, account=~"$account"`
)

// vendors has one vendor on one screen.
func vendors() *board {
	b := newBoard("liveness-gateway-vendors", "Liveness gateway: Vendors",
		"One vendor on one screen: whether it works, how long it takes, what is held against it, what it bills.")
	b.builder.WithVariable(oneOf("provider", "Vendor", `label_values(liveness_gateway_vendor_inflight{`+selected+`}, provider)`)).
		WithVariable(choice("account", "Account", `label_values(liveness_gateway_vendor_inflight{`+selected+`, provider=~"$provider"}, account)`))

	b.row("Does it work?")
	b.stat(panel{
		title: "Attempts", description: "Requests to the vendor in a second.", unit: "reqps", width: 4,
		queries: []query{{`sum(rate(` + attempts + `}[$__rate_interval]))`, ""}},
	}, thresholds("text"))
	b.stat(panel{
		title: "Failed", description: "Share of attempts that the vendor failed or refused; callers' mistakes are not among them.", unit: "percentunit", width: 4,
		queries: []query{{`sum(rate(` + attempts + `, reason=~"VENDOR_.+"}[$__rate_interval])) / (sum(rate(` + attempts + `}[$__rate_interval])) > 0) or vector(0)`, ""}},
	},
		thresholds("green", step{0.01, "orange"}, step{0.05, "red"}))
	b.stat(panel{
		title: "One in a hundred takes", description: "99th percentile of an attempt.", unit: "s", width: 4,
		queries: []query{{`max(` + quantile("0.99", "liveness_gateway_vendor_attempt_duration_seconds", ofVendor, "account") + `)`, ""}},
	}, thresholds("green", step{2, "orange"}, step{3, "red"}))
	b.stat(panel{
		title: "Breakers open", description: "Of products on accounts.", unit: "none", width: 4,
		queries: []query{{`count(max by (product, account) (liveness_gateway_vendor_breaker_state{` + ofVendor + `}) == 2) or vector(0)`, ""}},
	}, thresholds("green", step{1, "red"}))
	b.stat(panel{
		title: "Credentials refused", description: "Credentials that are ejected, for all products or one.", unit: "none", width: 4,
		queries: []query{{`count(max by (account, credential, product) (liveness_gateway_vendor_credential_state{` + ofVendor + `}) > 0) or vector(0)`, ""}},
	}, thresholds("green", step{1, "red"}))
	b.stat(panel{
		title: "Out of service", description: "Products on accounts that an operator has taken out.", unit: "none", width: 4,
		queries: []query{{`sum(max by (product, account) (liveness_gateway_vendor_out_of_service{` + ofVendor + `})) or vector(0)`, ""}},
	}, thresholds("green", step{1, "orange"}))

	b.row("Attempts")
	b.heat(panel{
		title: "How long attempts take", description: "Attempts by how long they took: a second mode at the timeout is a vendor that hangs.", unit: "s", width: 12,
		queries: []query{{`sum by (le) (increase(liveness_gateway_vendor_attempt_duration_seconds_bucket{` + ofVendor + `}[$__rate_interval]))`, "{{le}}"}},
	})
	b.lines(panel{
		title: "Attempts by reason", description: "OK issued a token. A click on a series leads to what docs/errors.md says of its reason.", unit: "reqps", width: 12, links: toReason(),
		queries: []query{{`sum by (reason) (rate(` + attempts + `}[$__rate_interval]))`, "{{reason}}"}},
	}, true)
	b.lines(panel{
		title: "Attempts by account and product", description: "A click on a series leaves its account alone on this page.", unit: "reqps", width: 8, links: toAccount(),
		queries: []query{{`sum by (provider, account, product) (rate(` + attempts + `}[$__rate_interval]))`, "{{account}} {{product}}"}},
	}, true)
	b.lines(panel{
		title: "Kinds of attempts", description: "failover came from another target, retry went to the same again, probe asks whether it works again.", unit: "reqps", width: 8,
		queries: []query{{`sum by (kind) (rate(` + attempts + `}[$__rate_interval]))`, "{{kind}}"}},
	}, true)
	b.lines(panel{
		title: "Failovers", description: "Attempts on another target than the one before, from and to.", unit: "reqps", width: 8,
		queries: []query{{`topk(10, sum by (from, to) (rate(liveness_gateway_failovers_total{` + selected + `, from=~"($account)/.+"}[$__rate_interval]))) or vector(0)`, "{{from}} to {{to}}"}},
	}, false)

	b.row("What is held against it")
	b.states(panel{
		title: "Breakers", description: "Of products on accounts, the worst of any replica.", unit: "none", width: 12, links: toAccount(),
		queries: []query{{`max by (provider, account, product) (liveness_gateway_vendor_breaker_state{` + ofVendor + `})`, "{{account}} {{product}}"}},
	},
		words(map[string][2]string{"0": {"closed", "green"}, "1": {"half open", "yellow"}, "2": {"open", "red"}}))
	b.states(panel{
		title: "Credentials", description: "For all products, or for one; the worst of any replica.", unit: "none", width: 12, links: toAccount(),
		queries: []query{{`max by (provider, account, credential, product) (liveness_gateway_vendor_credential_state{` + ofVendor + `})`, "{{account}} {{credential}} {{product}}"}},
	},
		words(map[string][2]string{"0": {"usable", "green"}, "1": {"probing", "yellow"}, "2": {"refused", "red"}}))
	b.states(panel{
		title: "Limiter", description: "How much of what may be in flight is in flight: of the limit that was learnt from the vendor's answers.", unit: "percentunit", width: 8, links: toAccount(),
		queries: []query{{`round(max by (provider, account) (liveness_gateway_vendor_inflight{` + ofVendor + `} / liveness_gateway_vendor_concurrency_limit{` + ofVendor + `}), 0.5) * 2`, "{{account}}"}},
	},
		words(map[string][2]string{"0": {"room", "green"}, "1": {"half full", "yellow"}, "2": {"full", "red"}}))
	b.lines(panel{
		title: "In flight, and the limit", description: "Attempts in flight and waiting for a slot, beside the limit.", unit: "none", width: 8,
		queries: []query{
			{`sum by (account) (liveness_gateway_vendor_inflight{` + ofVendor + `})`, "{{account}} in flight"},
			{`sum by (account) (liveness_gateway_vendor_queue{` + ofVendor + `})`, "{{account}} waiting"},
			{`sum by (account) (liveness_gateway_vendor_concurrency_limit{` + ofVendor + `} < 10000) or sum by (account) (liveness_gateway_vendor_inflight{` + ofVendor + `}) * 0`, "{{account}} limit"},
		},
	}, false)
	b.lines(panel{
		title: "Could not be tried", description: "Times that a target could have served and might not be tried, by why.", unit: "reqps", width: 8,
		queries: []query{{`sum by (why) (rate(liveness_gateway_vendor_unavailable_total{` + ofVendor + `}[$__rate_interval]))`, "{{why}}"}},
	}, true)

	b.row("Billing, clock, unknown words")
	b.lines(panel{
		title: "Tokens", description: "Issued, by whether the vendor bills them, and attempts after which a token may exist that nobody holds.", unit: "short", width: 8,
		queries: []query{
			{`sum by (billed) (increase(liveness_gateway_tokens_issued_total{` + ofAccount + `}[1h]))`, "issued in 1 h, billed: {{billed}}"},
			{`sum(increase(liveness_gateway_tokens_orphaned_total{` + ofAccount + `}[1h]))`, "orphaned in 1 h"},
		},
	}, true)
	b.lines(panel{
		title: "Clock", description: "How far the vendor's clock is from the gateway's, as refused signatures have shown.", unit: "s", width: 8,
		queries: []query{{`max by (account) (abs(liveness_gateway_vendor_clock_offset_seconds{` + ofVendor + `}))`, "{{account}}"}},
	}, false)
	b.lines(panel{
		title: "Codes that no document explains", description: "In an hour. Each needs a row in the adapter's table.", unit: "short", width: 8,
		queries: []query{{`sum by (provider) (increase(liveness_gateway_unrecognized_codes_total{` + selected + `, provider=~"$provider"}[1h]))`, "{{provider}}"}},
	}, false)
	return b
}
