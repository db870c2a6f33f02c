// Package faulttest makes vendors fail behind a running gateway and checks that no caller
// notices. A Row is one fault and what is expected of the gateway. Run plays a row, with the
// packages below, of which only judge knows others than timing: faultyvendor are the
// vendors on loopback, process the gateway in a process of its own, traffic the callers at a
// steady rate. judge joins what they tell to a report.
//
// The gateway is known by what everybody sees of it: its configuration, its two
// transports, its log and its metrics. docs/faults.md says what the columns of the table
// mean.
package faulttest
