// Package rules adds what the contract's rules (buf.validate) say to the schemas of its fields and
// messages. A rule that has no form here yet is an error: nothing that the gateway refuses is left
// out unseen. It must not know how a value is written, nor who sends it.
package rules
