// Package acme is the adapter of Acme, a vendor that does not exist: the folder that
// "go run ./tools/newvendor" copies. One product, acme.page, from document.md.
//
// What the document leaves open: whether a session_no that is used twice is refused
// (the caller's is sent unchanged in every attempt all the same).
package acme
