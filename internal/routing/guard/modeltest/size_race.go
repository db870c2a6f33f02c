//go:build race

package modeltest

// RandomSequences is fewer here: the detector is slow, and each machine has one
// goroutine to itself.
const RandomSequences = 100_000
