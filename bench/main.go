package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1) //nolint:gocritic // the process ends, and with it the signal handler
	}
}

func run(ctx context.Context, args []string) (err error) {
	options, err := parseOptions(args)
	if errors.Is(err, flag.ErrHelp) {
		return nil // it has been given
	}
	if err != nil {
		return err
	}
	programs := slices.Sorted(maps.Keys(built))
	if _, err := os.Stat(options.baseline); options.baseline != "" && err != nil {
		return err // before minutes are spent on building
	}
	if options.baseline != "" || options.soak > 0 {
		programs = []string{"gateway", "standin"}
	}
	s, err := newSetup(ctx, options, programs...)
	if err != nil {
		return err
	}
	defer func() { err = cleanUp(s, err) }()
	switch {
	case options.soak > 0:
		return soak(ctx, s)
	case options.baseline != "":
		return compare(ctx, s)
	}
	s.find("nginx", "haproxy", redisServer)
	if options.check {
		return check(ctx, s)
	}
	report, err := measure(ctx, s)
	if err != nil {
		return err
	}
	if options.write == "" {
		_, err = os.Stdout.WriteString(report)
		return err
	}
	return writeReport(options.write, report)
}

// cleanUp stops what runs, and removes its files unless something went wrong.
func cleanUp(s *setup, err error) error {
	if err != nil {
		err = fmt.Errorf("%w (logs are in %s)", err, s.folder)
	}
	return s.close(err)
}

// measure runs the sections one after another.
func measure(ctx context.Context, s *setup) (string, error) {
	header, err := newHeader(ctx, s)
	if err != nil {
		return "", err
	}
	var tables []table
	for _, section := range sections() {
		if !s.wants(section.name) {
			continue
		}
		s.progress("section %s", section.name)
		measured, err := section.run(ctx, s)
		if err != nil {
			return "", fmt.Errorf("section %s: %w", section.name, err)
		}
		tables = append(tables, measured...)
	}
	return render(header, s, tables), nil
}

// compare prints how the gateway compares with the baseline.
func compare(ctx context.Context, s *setup) (err error) {
	if s.programs[baselineProgram], err = filepath.Abs(s.baseline); err != nil {
		return err
	}
	header, err := newHeader(ctx, s)
	if err != nil {
		return err
	}
	tables, err := baseline(ctx, s)
	if err != nil {
		return err
	}
	_, err = os.Stdout.WriteString(render(header, s, tables))
	return err
}

// section is one part of the report.
type section struct {
	name string
	run  func(context.Context, *setup) ([]table, error)
}

func sections() []section {
	return []section{
		{"small", smallCalls},
		{"photos", photoCalls},
		{"latency", latency},
		{"memory", memory},
		{"start", start},
		{"overload", overload},
		{"growth", growth},
		{"callers", callerCosts},
	}
}
