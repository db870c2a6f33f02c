// Package faulttest makes vendors fail behind a running gateway and checks that no
// caller notices. A Row is one fault and what is expected of the gateway. Run plays a row: stand-ins
// of the vendors on loopback, the gateway in a process of its own, callers at a steady
// rate, and a script that begins and ends the fault. A Report joins what the callers
// got, what the gateway logged and what the stand-ins' ledgers say was issued.
//
// The gateway is known by what everybody sees of it: its configuration, its two
// transports, its log and its metrics. docs/faults.md says what the columns of the table
// mean.
package faulttest
