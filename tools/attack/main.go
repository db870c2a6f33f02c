package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	tables "github.com/liveness-gateway/gateway/internal/faulttest/report"
	"github.com/liveness-gateway/gateway/tools/attack/internal/classes"
)

// The whole program ends after one of these, whatever hangs.
const (
	shortLimit = 30 * time.Minute
	longLimit  = 2 * time.Hour
)

func main() {
	if len(os.Args) == 3 && os.Args[1] == attackersCommand {
		if err := serveAttackers(os.Args[2], os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, "attackers:", err)
			os.Exit(1)
		}
		return
	}
	var o options
	flag.StringVar(&o.only, "only", "", "play the classes whose family and name match the `regexp` only")
	flag.BoolVar(&o.long, "long", false, "play each class for ten seconds from one connection, and from many")
	flag.StringVar(&o.table, "table", "", "write the table into the `file`, between its marks")
	flag.StringVar(&o.gateway, "gateway", "", "attack this `binary` instead of building one")
	flag.Parse()
	if err := run(o, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "attack:", err)
		os.Exit(1)
	}
}

type options struct {
	only, table, gateway string
	long                 bool
}

// run plays the classes and fails if one does not hold.
func run(o options, output io.Writer) error {
	limit, s := shortLimit, shortScript
	if o.long {
		limit, s = longLimit, longScript
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	wanted, err := regexp.Compile(o.only)
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "attack-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	before := tables.LookAtMachine()
	if o.gateway == "" {
		if o.gateway, err = build(ctx, folder); err != nil {
			return err
		}
	}
	on := &stage{script: s, binary: o.gateway, folder: folder}
	reports, err := on.playAll(ctx, wanted, output)
	broken := 0
	for _, r := range reports {
		if len(r.broken) > 0 {
			broken++
		}
	}
	switch {
	case err != nil:
		return err
	case len(reports) == 0:
		return errors.New("no class has such a name")
	case o.table != "":
		err = tables.WriteBetween(o.table, "make attack", before, tableOf(reports))
	}
	if broken > 0 {
		err = errors.Join(err, fmt.Errorf("%d of %d classes do not hold", broken, len(reports)))
	}
	return err
}

// playAll plays the classes with a wanted title and writes of each as soon as it has been
// played. The reports are in the classes' order.
func (s *stage) playAll(ctx context.Context, wanted *regexp.Regexp, output io.Writer) ([]*report, error) {
	chosen := slices.DeleteFunc(classes.All(), func(c *classes.Class) bool { return !wanted.MatchString(c.Title()) })
	reports := make([]*report, len(chosen))
	_, _ = io.WriteString(output, header)
	playing, ctx := errgroup.WithContext(ctx)
	playing.SetLimit(2) // one is measured while another rests
	var writing sync.Mutex
	for i, c := range chosen {
		playing.Go(func() error {
			r, err := s.play(ctx, c)
			if err != nil {
				return fmt.Errorf("%s: %w", c.Title(), err)
			}
			reports[i] = r
			writing.Lock()
			defer writing.Unlock()
			_, _ = fmt.Fprintln(output, r)
			for _, what := range r.broken {
				_, _ = fmt.Fprintf(output, "    %s\n", what)
			}
			return nil
		})
	}
	return reports, playing.Wait()
}

// build makes the gateway as a release is built.
func build(ctx context.Context, folder string) (string, error) {
	path := filepath.Join(folder, "gateway")
	command := exec.CommandContext(ctx, "go", "build", "-trimpath", "-tags=grpcnotrace", "-ldflags=-s -w", "-o", path, "./cmd/gateway")
	command.Env = append(command.Environ(), "CGO_ENABLED=0")
	if text, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("the gateway does not build: %w\n%s", err, text)
	}
	return path, nil
}
