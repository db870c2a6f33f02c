//go:build race

package guard

// randomSequences is fewer here: the detector is slow, and each machine has one
// goroutine to itself.
const randomSequences = 100_000
