package main

import (
	"context"
	"debug/buildinfo"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// commit is what a release is made of.
type commit struct {
	hash string
	time time.Time
}

// readCommit returns that of a checkout in which nothing is changed.
func readCommit(ctx context.Context, source string) (commit, error) {
	changed, err := output(ctx, source, "git", "status", "--porcelain")
	if err != nil {
		return commit{}, err
	}
	if changed != "" {
		return commit{}, fmt.Errorf("not all of the checkout is committed:\n%s", changed)
	}
	described, err := output(ctx, source, "git", "log", "-1", "--format=%H %ct")
	if err != nil {
		return commit{}, err
	}
	hash, seconds, _ := strings.Cut(described, " ")
	at, err := strconv.ParseInt(seconds, 10, 64)
	return commit{hash, time.Unix(at, 0).UTC()}, err
}

func output(ctx context.Context, folder, name string, args ...string) (string, error) {
	command := exec.CommandContext(ctx, name, args...)
	command.Dir = folder
	text, err := command.Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return "", fmt.Errorf("%s %s: %w\n%s", name, args[0], err, exit.Stderr)
	}
	return strings.TrimSpace(string(text)), err
}

// binary is the gateway for one platform.
type binary struct {
	os, arch, path string
	content        []byte
	info           *buildinfo.BuildInfo
}

func (b *binary) platform() string { return b.os + "/" + b.arch }

// name is that of its files, without what they end in.
func (b *binary) name() string {
	return fmt.Sprintf("gateway_%s_%s_%s", b.info.Main.Version, b.os, b.arch)
}

// build compiles the gateway as deploy/Dockerfile does. Nothing of the machine gets in: paths
// are cut off, and settings of the environment that change the outcome are set.
func build(ctx context.Context, source, folder, platform string, rebuild bool) (*binary, error) {
	goos, arch, found := strings.Cut(platform, "/")
	if !found {
		return nil, errors.New("a platform is an operating system and an architecture, such as linux/amd64")
	}
	b := &binary{os: goos, arch: arch, path: filepath.Join(folder, goos+"-"+arch)}
	args := []string{"build", "-trimpath", "-buildvcs=true", "-mod=readonly", "-tags=grpcnotrace", "-ldflags=-s -w", "-o", b.path}
	if rebuild {
		args = append(args, "-a")
	}
	command := exec.CommandContext(ctx, "go", append(args, "./cmd/gateway")...)
	command.Dir = source
	command.Env = append(command.Environ(), "CGO_ENABLED=0", "GOOS="+goos, "GOARCH="+arch,
		"GOFLAGS=", "GOAMD64=v1", "GOARM64=v8.0", "GOEXPERIMENT=", "GOWORK=off")
	if text, err := command.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("the gateway does not build: %w\n%s", err, text)
	}
	var err error
	if b.content, err = os.ReadFile(b.path); err != nil {
		return nil, err
	}
	b.info, err = buildinfo.ReadFile(b.path)
	return b, err
}
