// Package leaktest finds what has left a gateway and should not have: it puts canaries into
// every value of a request that is about a user or secret, and plays vendors that answer with
// such values or repeat what they were sent. It is a library of the tests: no product package
// imports it. It knows the contract, what vendors' adapters state of themselves and their
// stand-ins, and nothing of what it tests.
package leaktest
