//go:build !race

package modeltest

// RandomSequences is how many sequences of events each machine goes through.
const RandomSequences = 1_000_000
