// Package wire is what attackers write and read as no library would: connections, frames of
// HTTP/2, gRPC's messages, HTTP/1's answers, all of them counted and paced. It must not know
// what a call of the gateway is, nor which attacks there are.
package wire
