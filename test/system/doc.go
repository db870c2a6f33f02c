// Package system tests the built gateway together with the programs that operators
// and callers use it with. It is a module of its own, so that "go test ./..." of the
// gateway needs Go alone; what it needs beyond Go is a Debian package, and a missing
// one is a failure that names it.
package system
