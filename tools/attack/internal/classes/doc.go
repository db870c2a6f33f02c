// Package classes is every attack that is tried: what it sends, over how many connections, and
// what its vendor answers. It must not know how the gateway is run, who else calls it, nor how
// it is judged.
package classes
