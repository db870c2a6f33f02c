//go:build !race

package guard

// randomSequences is how many sequences of events each machine goes through.
const randomSequences = 1_000_000
