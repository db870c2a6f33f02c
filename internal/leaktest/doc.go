// Package leaktest finds what has left a gateway and should not have: it makes canaries
// for every value that is about a user or secret, and looks for them in whatever a gateway
// wrote, as they are and re-spelt. It is a library of the tests: no product package imports
// it. It knows the contract, and nothing of what it tests.
package leaktest
