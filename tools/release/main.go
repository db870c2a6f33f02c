// Command release makes all files of a release from a commit: binaries, their bills of
// materials, the licences of what is in them, image archives, and checksums. The same commit
// and the same Go come to the same bytes on any machine. It knows no registry and needs no
// engine, and is a module of its own, so that nothing else compiles what it is made of.
//
//	go run -C tools/release . -out ../../dist
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
)

func main() {
	var r release
	platforms := flag.String("platforms", "linux/amd64,linux/arm64,darwin/amd64,darwin/arm64", "what to build for")
	flag.StringVar(&r.source, "source", "../..", "the checkout; all of it must be committed")
	flag.StringVar(&r.out, "out", "../../dist", "the folder for the files")
	flag.BoolVar(&r.rebuild, "rebuild", false, "compile everything anew, whatever the build cache holds")
	flag.Parse()
	r.platforms = strings.Split(*platforms, ",")
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := r.make(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1) //nolint:gocritic // nothing is left to stop
	}
}

// release is what is to be made.
type release struct {
	source, out string
	platforms   []string
	rebuild     bool
}

// make writes all files of the release into the folder.
func (r *release) make(ctx context.Context) error {
	commit, err := readCommit(ctx, r.source)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(r.out, 0o755); err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "gateway-release-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	var binaries []*binary
	for _, platform := range r.platforms {
		b, err := build(ctx, r.source, folder, platform, r.rebuild)
		if err != nil {
			return fmt.Errorf("%s: %w", platform, err)
		}
		binaries = append(binaries, b)
	}
	licences, err := licencesOf(ctx, r.source, binaries)
	if err != nil {
		return err
	}
	for _, b := range binaries {
		if err := r.publish(commit, b, licences); err != nil {
			return fmt.Errorf("%s: %w", b.platform(), err)
		}
	}
	if err := os.WriteFile(filepath.Join(r.out, licencesName), licences.text(), 0o644); err != nil {
		return err
	}
	return writeChecksums(r.out)
}

// publish writes the files of one platform.
func (r *release) publish(c commit, b *binary, licences licences) error {
	licence, err := os.ReadFile(filepath.Join(r.source, "LICENSE"))
	if err != nil {
		return err
	}
	name := filepath.Join(r.out, b.name())
	if err := writeArchive(name+".tar.gz", c.time, []file{
		{name: "gateway", content: b.content, mode: 0o755},
		{name: "LICENSE", content: licence, mode: 0o644},
		{name: licencesName, content: licences.text(), mode: 0o644},
	}); err != nil {
		return err
	}
	if err := writeBill(name+".cdx.json", b, licences); err != nil {
		return err
	}
	if b.os != "linux" {
		return nil
	}
	return writeImage(name+".image.tar", c, b)
}
