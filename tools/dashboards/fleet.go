package main

const each = selected + `, instance=~"$instance"`

// share is how much is held of a bound by the fullest replica; a bound of 0 is none.
func share(held, bound string) string {
	return `max(` + held + `{` + each + `} / (` + bound + `{` + each + `} > 0)) or vector(0)`
}

// fleet is what replicas are and hold.
func fleet() *board {
	b := newBoard("liveness-gateway-fleet", "Liveness gateway: Fleet",
		"The replicas: which run, what they run, how full they are, and Redis.")
	b.builder.WithVariable(choice("instance", "Replica", `label_values(liveness_gateway_build_info{`+selected+`}, instance)`))

	b.row("Replicas")
	b.stat(panel{
		title: "Up", description: "Replicas that Prometheus can scrape.", unit: "none", width: 4,
		queries: []query{{`sum(up{` + selected + `})`, ""}},
	}, thresholds("red", step{1, "orange"}, step{2, "green"}))
	b.stat(panel{
		title: "Down", description: "Replicas that it cannot.", unit: "none", width: 4,
		queries: []query{{`count(up{` + selected + `} == 0) or vector(0)`, ""}},
	}, thresholds("green", step{1, "red"}))
	b.stat(panel{
		title: "Versions", description: "Builds that run. More than one for longer than a roll-out is a roll-out that hangs.", unit: "none", width: 4,
		queries: []query{{`count(count by (version, commit) (liveness_gateway_build_info{` + each + `}))`, ""}},
	}, thresholds("green", step{2, "orange"}))
	b.stat(panel{
		title: "Configurations", description: "Different files that are in use.", unit: "none", width: 4,
		queries: []query{{`count(count by (hash) (liveness_gateway_config_info{` + each + `}))`, ""}},
	}, thresholds("green", step{2, "orange"}))
	b.stat(panel{
		title: "Configurations refused", description: "Replicas that refuse what they read last; the one before goes on.", unit: "none", width: 4,
		queries: []query{{`count(liveness_gateway_config_last_reload_success{` + each + `} == 0) or vector(0)`, ""}},
	}, thresholds("green", step{1, "red"}))
	b.stat(panel{
		title: "Certificate", description: "Time until the first certificate expires.", unit: "s", width: 4,
		queries: []query{{`min(liveness_gateway_tls_certificate_expiry_timestamp_seconds{` + each + `} - time()) or vector(-1)`, ""}},
	},
		thresholds("text", step{0, "red"}, step{7 * 86400, "green"}), words(map[string][2]string{"-1": {"no TLS", "text"}})...)
	b.rows(panel{
		title: "What runs where", description: "Version, commit and Go of each replica.", unit: "none", width: 12,
		queries: []query{{`max by (instance, version, commit, goversion) (liveness_gateway_build_info{` + each + `})`, ""}},
	})
	b.rows(panel{
		title: "Which configuration", description: "By the SHA-256 of the file.", unit: "none", width: 12,
		queries: []query{{`max by (instance, hash) (liveness_gateway_config_info{` + each + `})`, ""}},
	})
	b.lines(panel{
		title: "Calls by replica", description: "Where one gets more than the others for long, clients do not balance.", unit: "reqps", width: 12,
		queries: []query{{`sum by (instance) (rate(liveness_gateway_requests_total{` + each + `}[$__rate_interval]))`, "{{instance}}"}},
	}, true)
	b.states(panel{
		title: "Scraped", description: "Whether Prometheus reaches each replica.", unit: "none", width: 12,
		queries: []query{{`max by (instance) (up{` + selected + `})`, "{{instance}}"}},
	},
		words(map[string][2]string{"0": {"down", "red"}, "1": {"up", "green"}}))

	b.row("How full")
	b.bars(panel{
		title: "Of the bounds", description: "Of the fullest replica: what is held of each bound. At the bound calls are shed, keys refused, connections closed, lines or spans dropped.", width: 12,
		queries: []query{
			{share("liveness_gateway_calls_inflight", "liveness_gateway_calls_limit"), "calls"},
			{share("liveness_gateway_photo_bytes_inflight", "liveness_gateway_photo_bytes_limit"), "photos"},
			{share("liveness_gateway_connections", "liveness_gateway_connections_limit"), "connections"},
			{share("liveness_gateway_idempotency_keys", "liveness_gateway_idempotency_keys_limit"), "keys"},
			{share("liveness_gateway_idempotency_bytes", "liveness_gateway_idempotency_bytes_limit"), "bytes of keys"},
			{share("liveness_gateway_log_buffer_bytes", "liveness_gateway_log_buffer_bytes_limit"), "log"},
			{share("liveness_gateway_spans_queued", "liveness_gateway_spans_queued_limit"), "spans"},
			{share("process_open_fds", "process_max_fds"), "descriptors"},
		},
	})
	b.lines(panel{
		title: "Calls in flight", description: "By replica, beside the bound of one.", unit: "none", width: 12,
		queries: []query{
			{`max by (instance) (liveness_gateway_calls_inflight{` + each + `})`, "{{instance}}"},
			{`sum by (instance) (liveness_gateway_messages_awaited{` + each + `})`, "{{instance}} awaited"},
		},
	}, false)
	b.lines(panel{
		title: "Connections", description: "Open, by listener.", unit: "none", width: 8,
		queries: []query{{`sum by (listener) (liveness_gateway_connections{` + each + `})`, "{{listener}}"}},
	}, false)
	b.lines(panel{
		title: "Turned away before there was a call", description: "Connections closed at the bound, requests that were not HTTP or gRPC, handshakes that failed.", unit: "ops", width: 8,
		queries: []query{
			{`sum(rate(liveness_gateway_connections_closed_total{` + each + `}[$__rate_interval]))`, "connections closed"},
			{`sum(rate(liveness_gateway_http_refused_total{` + each + `}[$__rate_interval]))`, "HTTP"},
			{`sum(rate(liveness_gateway_grpc_refused_total{` + each + `}[$__rate_interval])) or vector(0)`, "gRPC"},
			{`sum(rate(liveness_gateway_tls_handshake_failures_total{` + each + `}[$__rate_interval])) or vector(0)`, "TLS"},
		},
	}, true)
	b.lines(panel{
		title: "Dropped", description: "Log lines that nobody read, spans that no collector got.", unit: "ops", width: 8,
		queries: []query{
			{`sum(rate(liveness_gateway_log_lines_dropped_total{` + each + `}[$__rate_interval]))`, "log lines"},
			{`sum by (reason) (rate(liveness_gateway_spans_dropped_total{` + each + `}[$__rate_interval])) or vector(0)`, "spans {{reason}}"},
		},
	}, false)

	b.processes()
	return b
}

// processes are what the replicas take of their machines, and what they share.
func (b *board) processes() {
	b.row("Process")
	b.lines(panel{
		title: "Processor", description: "Cores that are in use, by replica.", unit: "short", width: 8,
		queries: []query{{`sum by (instance) (rate(process_cpu_seconds_total{` + each + `}[$__rate_interval]))`, "{{instance}}"}},
	}, false)
	b.lines(panel{
		title: "Memory", description: "Resident, by replica.", unit: "bytes", width: 8,
		queries: []query{{`max by (instance) (process_resident_memory_bytes{` + each + `})`, "{{instance}}"}},
	}, false)
	b.lines(panel{
		title: "Goroutines", description: "By replica. A number that only grows is a leak.", unit: "none", width: 8,
		queries: []query{{`max by (instance) (go_goroutines{` + each + `})`, "{{instance}}"}},
	}, false)

	b.row("Redis, where replicas share it")
	b.stat(panel{
		title: "Redis", description: "Whether all replicas reach it.", unit: "none", width: 4,
		queries: []query{{`min(liveness_gateway_redis_up{` + each + `}) or vector(-1)`, ""}},
	}, thresholds("text", step{0, "red"}, step{1, "green"}),
		words(map[string][2]string{"-1": {"none", "text"}, "0": {"down", "red"}, "1": {"up", "green"}})...)
	b.lines(panel{
		title: "Connections to it", description: "Of the pool of the fullest replica, and how many may be open to one server; operations that waited for one.", unit: "short", width: 6,
		queries: []query{
			{`max(liveness_gateway_redis_connections{` + each + `} - liveness_gateway_redis_connections_idle{` + each + `}) or vector(0)`, "in use"},
			{`max(liveness_gateway_redis_connections{` + each + `}) or vector(0)`, "open"},
			{`max(liveness_gateway_redis_connections_limit{` + each + `}) or vector(0)`, "may be open"},
			{`sum(rate(liveness_gateway_redis_connection_waits_total{` + each + `}[$__rate_interval])) or vector(0)`, "waits a second"},
			{`sum(rate(liveness_gateway_redis_connection_wait_timeouts_total{` + each + `}[$__rate_interval])) or vector(0)`, "in vain a second"},
		},
	}, false)
	b.lines(panel{
		title: "How long operations take", description: "99th percentile.", unit: "s", width: 7,
		queries: []query{{quantile("0.99", "liveness_gateway_redis_operation_duration_seconds", each, "operation") + ` or vector(0)`, "{{operation}}"}},
	}, false)
	b.lines(panel{
		title: "Operations that failed", description: "By kind; down ones were not tried.", unit: "ops", width: 7,
		queries: []query{{`sum by (operation, kind) (rate(liveness_gateway_redis_errors_total{` + each + `}[$__rate_interval])) > 0 or vector(0)`, "{{operation}} {{kind}}"}},
	}, false)
}
