package main

import (
	"errors"
	"flag"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"
)

// options are the command line.
type options struct {
	// only are the sections to run, nil for all; lanes narrows down what is measured
	// in them.
	only  []string
	lanes *regexp.Regexp

	rounds  int
	window  time.Duration
	workers int
	// connections is what gRPC calls are spread over.
	connections int
	// outside is the share of the machine that others may use in a window.
	outside float64

	// multipart and traced switch on what the gateway is to be measured with.
	multipart, traced bool

	// baseline is the path of another gateway's binary, and baselineBytes says that its
	// contract has photos as bytes.
	baseline      string
	baselineBytes bool

	profile string
	write   string
	soak    time.Duration
	rate    float64
	check   bool

	// root is the top of the checkout, args the command line as it was given.
	root string
	args []string
}

func parseOptions(args []string) (options, error) {
	o := options{root: ".", args: args}
	set := flag.NewFlagSet("bench", flag.ContinueOnError)
	only := set.String("only", "", "`SECTIONS` to run, with commas between: "+strings.Join(sectionNames(), ","))
	lanes := set.String("lanes", "", "`REGEXP` of the lanes to measure, such as 'gateway gRPC'; what they are compared with is measured too")
	set.IntVar(&o.rounds, "rounds", 9, "how often each lane is measured")
	set.DurationVar(&o.window, "window", 2*time.Second, "how long a lane is measured in a round")
	set.IntVar(&o.workers, "workers", 16, "calls in flight while CPU time is measured; a quarter of it with photos")
	set.IntVar(&o.connections, "connections", 4, "connections that gRPC calls are spread over; the fewer, the more of them share a system call")
	set.Float64Var(&o.outside, "outside", 0.05, "`SHARE` of the machine beyond which a window is dropped for what others used")
	set.BoolVar(&o.multipart, "multipart", true, "measure photos as multipart/form-data over REST too")
	set.BoolVar(&o.traced, "traced", true, "measure the gateway with tracing, sampled at 1 %, too")
	set.StringVar(&o.baseline, "baseline", "", "compare the gateway with the gateway in `FILE` and with nothing else")
	set.BoolVar(&o.baselineBytes, "baseline-bytes", false, "the contract of -baseline has photos as bytes, as up to commit 893f233")
	set.StringVar(&o.profile, "profile", "", "write a CPU profile of the gateway's windows to `FILE`")
	set.StringVar(&o.write, "write", "", "put the report between the markers of `FILE` instead of printing it")
	set.DurationVar(&o.soak, "soak", 0, "instead of measuring, run mixed load for that long and fail if the gateway grows")
	set.Float64Var(&o.rate, "rate", 200, "calls a second of a soak")
	set.BoolVar(&o.check, "check", false, "instead of measuring, make every contender answer once")
	if err := set.Parse(args); err != nil {
		return o, err
	}
	var err error
	if o.lanes, err = regexp.Compile(*lanes); err != nil {
		return o, fmt.Errorf("-lanes: %w", err)
	}
	if *only != "" {
		o.only = strings.Split(*only, ",")
	}
	if o.check {
		o.rounds, o.window, o.outside = 1, 20*time.Millisecond, math.Inf(1)
	}
	return o, o.validate(*lanes)
}

func (o *options) validate(lanes string) error {
	for _, name := range o.only {
		if !slices.Contains(sectionNames(), name) {
			return fmt.Errorf("no section %q; there are %s", name, strings.Join(sectionNames(), ", "))
		}
	}
	switch {
	case o.rounds < 1, o.window <= 0, o.workers < 4, o.connections < 1, o.rate <= 0:
		return errors.New("rounds, window, connections and rate must be positive, workers at least 4")
	case o.baseline != "" && (o.only != nil || o.write != "" || o.soak > 0 || o.check):
		return errors.New("-baseline is a comparison of its own, without -only, -write, -soak and -check")
	case o.write != "" && (o.only != nil || lanes != ""):
		return errors.New("-write needs the whole: figures of different runs do not compare")
	}
	return nil
}

func (o *options) wants(section string) bool {
	return o.only == nil || slices.Contains(o.only, section)
}

func sectionNames() []string {
	var names []string
	for _, section := range sections() {
		names = append(names, section.name)
	}
	return names
}
