// Package fleet simulates replicas that share a vendor who takes 20 attempts at once: how many
// calls are served, and how many attempts the vendor refuses, with a Redis between the
// replicas and without. Routers, limiters and limits are the gateway's own; the clock is
// virtual, so an hour takes a minute. It has tests only:
//
//	go test ./bench/fleet -v -args -simulated=10m
package fleet
