// Mutants checks that tests notice mistakes. Every patch in a folder testdata/mutants
// plants one, and names the tests that must fail for it: those and no others may. Where it
// names their package too, because another shows what the mistake does, those tests alone
// are run. Run from the root of the checkout; arguments are the folders to look in.
//
// Tests named TestModel… are left out: they hold a whole machine to what must always be
// true of it, so that most mistakes in it fail them too.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"
)

func main() {
	folders := os.Args[1:]
	if len(folders) == 0 {
		folders = []string{"internal"}
	}
	if err := run(context.Background(), folders, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

// run writes a line for each mutant below the folders as soon as it is known, and returns an error
// if one is not caught as it should.
func run(ctx context.Context, folders []string, output io.Writer) error {
	var mutants []*mutant
	for _, folder := range folders {
		found, err := readAll(folder)
		if err != nil {
			return err
		}
		mutants = append(mutants, found...)
	}
	if err := checkWithout(ctx, mutants); err != nil {
		return err
	}
	results := report{output: output}
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for _, m := range mutants {
		group.Go(func() error {
			results.add(m, m.check(ctx))
			return nil
		})
	}
	_ = group.Wait()
	return results.end()
}

// readAll reads the patches below a folder.
func readAll(folder string) (mutants []*mutant, err error) {
	err = filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".patch" || !strings.HasSuffix(filepath.Dir(path), "testdata/mutants") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		m, err := parse(string(text))
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		m.name = strings.TrimSuffix(filepath.Base(path), ".patch")
		mutants = append(mutants, m)
		return nil
	})
	if err == nil && len(mutants) == 0 {
		err = errors.New("no patch found")
	}
	return mutants, err
}

// checkWithout makes sure that the tests pass while no mistake is planted.
func checkWithout(ctx context.Context, mutants []*mutant) error {
	named, whole := map[string][]string{}, map[string]bool{}
	for _, m := range mutants {
		named[m.folder()] = append(named[m.folder()], m.only()...)
		whole[m.folder()] = whole[m.folder()] || m.only() == nil
	}
	for _, folder := range slices.Sorted(maps.Keys(named)) {
		if whole[folder] {
			named[folder] = nil
		}
		failed, said, err := test(ctx, folder, named[folder])
		if err != nil {
			return err
		}
		if len(failed) > 0 {
			return fmt.Errorf("%s fails without any mistake planted: %s\n%s", folder, strings.Join(failed, ", "), said)
		}
	}
	return nil
}

// report tells what became of mutants. It is safe for concurrent use.
type report struct {
	output io.Writer

	mu             sync.Mutex
	failed, caught int
}

// add writes a mutant's line.
func (r *report) add(m *mutant, problem error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if problem != nil {
		r.failed++
		_, _ = fmt.Fprintf(r.output, "FAIL  %s: %v\n", m.name, problem)
		return
	}
	r.caught++
	_, _ = fmt.Fprintf(r.output, "ok    %s: %s\n", m.name, strings.Join(m.caughtBy, ", "))
}

// end writes the last line, or returns how many are not caught as they should be.
func (r *report) end() error {
	if r.failed > 0 {
		return fmt.Errorf("%d of %d mistakes are not caught by the tests named for them", r.failed, r.failed+r.caught)
	}
	_, _ = fmt.Fprintf(r.output, "all %d mistakes are caught by the tests named for them\n", r.caught)
	return nil
}
