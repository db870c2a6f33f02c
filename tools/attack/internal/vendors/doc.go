// Package vendors is the servers behind the calls: a stand-in that answers as documented, and one
// of whose answers some are hostile. It must not know who calls, nor what the gateway makes of
// an answer.
package vendors
