// Package telemetry is what operators see: metrics, the access log and spans, fed by the
// server with calls and by routing with attempts. It decides nothing; here is what all three
// say of what is running.
package telemetry

import (
	"runtime"
	"runtime/debug"
)

// Build is which build of the gateway is running.
type Build struct {
	Version, Commit, GoVersion string
}

// ReadBuild returns what the Go toolchain recorded when it built the binary.
func ReadBuild() Build {
	b := Build{Version: "unknown", Commit: "unknown", GoVersion: runtime.Version()}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	b.Version = info.Main.Version
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			b.Commit = setting.Value
		}
	}
	return b
}
