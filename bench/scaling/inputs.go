package main

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
)

// inputs is all that was measured.
type inputs struct {
	small, photos       []lane
	callKiB, idleMiB    float64
	photoShare          float64
	measured            measured
	performanceMeasured string
}

// lane is a way to call, with the processor time of one call in µs.
type lane struct {
	name string
	cpu  float64
}

// measured is what -measure wrote.
type measured struct {
	Command string
	Commit  string
	Machine string
	// ConnectionBytes is what an idle gRPC connection with a health watch takes of a replica,
	// ConnectionTLSBytes the same over TLS.
	ConnectionBytes, ConnectionTLSBytes int
	// Series are those of a scrape with 20 callers on 4 accounts, OwnSeries those of them that
	// are the gateway's and not the process's, ScrapeBytes the scrape's compressed length.
	Series, OwnSeries, ScrapeBytes int
	// LogBytes is the log's line of a call.
	LogBytes int
	// RedisKeyedMicros is Redis's processor time for a call with a key, RedisLimitMicros for an
	// attempt on an account with a vendor_limit, RedisRateMicros for a call of a caller with a rate.
	RedisKeyedMicros, RedisLimitMicros, RedisRateMicros float64
	// RedisKeyBytes is the memory of Redis for an answer that is kept.
	RedisKeyBytes int
	// RedisIdleMicros is Redis's processor time in a second for a replica without calls.
	RedisIdleMicros float64
}

// smallLanes and photoLanes are rows of docs/performance.md.
var (
	smallLanes = []string{"gateway gRPC", "gateway gRPC, with keys", "gateway-tls gRPC", "gateway REST JSON", "gateway REST JSON, with keys"}
	photoLanes = []string{"gateway gRPC", "gateway REST JSON", "gateway REST multipart"}
)

func readInputs(page, file string) (*inputs, error) {
	text, err := os.ReadFile(page)
	if err != nil {
		return nil, err
	}
	in := &inputs{}
	sections := strings.Split(string(text), "\n### ")
	if in.small, err = lanesOf(sections, "Small calls\n", smallLanes); err != nil {
		return nil, err
	}
	if in.photos, err = lanesOf(sections, "Three photos of 1 MiB\n", photoLanes); err != nil {
		return nil, err
	}
	for _, figure := range []struct {
		section, row string
		column       int
		to           *float64
	}{
		{"Memory with small calls", "gateway gRPC | 9000", 3, &in.callKiB},
		{"Memory with small calls", "gateway gRPC | 9000", 1, &in.idleMiB},
		{"Memory with 64 calls", "gateway gRPC, two targets", 3, &in.photoShare},
	} {
		if *figure.to, err = cell(sections, figure.section, figure.row, figure.column); err != nil {
			return nil, err
		}
	}
	if commit := regexp.MustCompile(`(?m)^- commit: (\S+)`).FindStringSubmatch(string(text)); commit != nil {
		in.performanceMeasured = strings.TrimSuffix(commit[1], ",")
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return in, json.Unmarshal(content, &in.measured)
}

func lanesOf(sections []string, title string, names []string) ([]lane, error) {
	lanes := make([]lane, len(names))
	for i, name := range names {
		cpu, err := cell(sections, title, name, 1)
		if err != nil {
			return nil, err
		}
		lanes[i] = lane{name, cpu}
	}
	return lanes, nil
}

var number = regexp.MustCompile(`^[0-9.]+`)

// cell returns the number in a table of a section, so many columns behind what its row begins with.
func cell(sections []string, title, row string, column int) (float64, error) {
	for _, section := range sections {
		if !strings.HasPrefix(section, title) {
			continue
		}
		for line := range strings.Lines(section) {
			rest, found := strings.CutPrefix(line, "| "+row+" | ")
			if !found {
				continue
			}
			if cells := strings.Split(rest, " | "); column <= len(cells) {
				return strconv.ParseFloat(number.FindString(cells[column-1]), 64)
			}
		}
	}
	return 0, fmt.Errorf("docs/performance.md: no figure %d in the row %q of the section %q", column, row, strings.TrimSpace(title))
}
