//go:build race

package main

// raceDetector says that this binary, and so every gateway that it runs, is several times
// slower.
const raceDetector = true
