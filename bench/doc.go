// Bench compares the gateway with the least that could stand in its place: a naive
// handler (the floor), the same behind grpc-gateway, and proxies that understand
// nothing of what they carry. docs/performance.md says what is measured and how, and
// holds the last tables.
//
// Run from the top of the checkout:
//
//	go run ./bench                                  everything, about half an hour
//	go run ./bench -only small -lanes gateway -rounds 3 -window 1s
//	go run ./bench -write docs/performance.md       and keep the tables
//	go run ./bench -only small -lanes 'gateway gRPC' -profile /tmp/cpu.pprof
//	go run ./bench -soak 1h
//
// The harness is part of the gateway's module and adds no dependency to it. nginx and
// HAProxy join if they are found.
package main
