package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/stretchr/testify/require"
)

var (
	rebuild   = flag.Bool("rebuild", false, "compile everything anew for each of the two builds")
	platforms = flag.String("platforms", "linux/amd64", "what is built twice")
)

// mostImage is what an archive of the image may have. What makes it larger at once, says decision 48.
const mostImage = 12_000_000

// clone copies what is committed into a folder of its own.
func clone(t *testing.T) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "checkout")
	text, err := exec.CommandContext(t.Context(), "git", "clone", "--quiet", "--shared", "../..", folder).CombinedOutput()
	require.NoError(t, err, "%s", text)
	return folder
}

// released makes a release of a clone and returns its files.
func released(t *testing.T) map[string][]byte {
	t.Helper()
	r := release{source: clone(t), out: t.TempDir(), platforms: strings.Split(*platforms, ","), rebuild: *rebuild}
	require.NoError(t, r.make(t.Context()))
	files := map[string][]byte{}
	entries, err := os.ReadDir(r.out)
	require.NoError(t, err)
	for _, entry := range entries {
		files[entry.Name()], err = os.ReadFile(filepath.Join(r.out, entry.Name()))
		require.NoError(t, err)
	}
	return files
}

// Two checkouts in two folders come to the same bytes, and these are what a release is to be.
func TestRelease(t *testing.T) {
	files := released(t)
	again := released(t)
	require.ElementsMatch(t, keys(files), keys(again))
	for name, content := range files {
		require.True(t, bytes.Equal(content, again[name]), "%s is another at the second build", name)
	}
	for platform := range strings.SplitSeq(*platforms, ",") {
		name := strings.ReplaceAll(platform, "/", "_")
		for _, ending := range []string{".tar.gz", ".cdx.json"} {
			require.True(t, slices.ContainsFunc(keys(files), func(file string) bool { return strings.HasSuffix(file, name+ending) }), "%s%s", name, ending)
		}
	}
	t.Run("checksums", func(t *testing.T) { checkSums(t, files) })
	for name, content := range files {
		switch {
		case strings.HasSuffix(name, ".tar.gz"):
			t.Run(name, func(t *testing.T) { checkArchive(t, content) })
		case strings.HasSuffix(name, ".cdx.json"):
			t.Run(name, func(t *testing.T) { checkBill(t, files, strings.TrimSuffix(name, ".cdx.json"), content) })
		case strings.HasSuffix(name, ".image.tar"):
			t.Run(name, func(t *testing.T) { checkImage(t, content) })
		}
	}
}

func keys(files map[string][]byte) []string {
	var names []string
	for name := range maps.Keys(files) {
		names = append(names, name)
	}
	return names
}

func checkSums(t *testing.T, files map[string][]byte) {
	t.Helper()
	var want strings.Builder
	for line := range strings.SplitSeq(strings.TrimSpace(string(files[checksumsName])), "\n") {
		_, name, found := strings.Cut(line, "  ")
		require.True(t, found, line)
		_, _ = fmt.Fprintf(&want, "%x  %s\n", sha256.Sum256(files[name]), name)
	}
	require.Equal(t, want.String(), string(files[checksumsName]))
	require.Equal(t, len(files)-1, strings.Count(want.String(), "\n"))
}

func checkArchive(t *testing.T, content []byte) {
	t.Helper()
	unpacked, err := gzip.NewReader(bytes.NewReader(content))
	require.NoError(t, err)
	files := unpack(t, unpacked)
	require.ElementsMatch(t, []string{"gateway", "LICENSE", licencesName}, keys(files))
	info := infoOf(t, files["gateway"])
	settings := map[string]string{}
	for _, setting := range info.Settings {
		settings[setting.Key] = setting.Value
	}
	require.Equal(t, "false", settings["vcs.modified"])
	require.Equal(t, "true", settings["-trimpath"])
	require.Equal(t, "0", settings["CGO_ENABLED"])
	require.NotEmpty(t, settings["vcs.revision"])
	require.NotContains(t, string(files["gateway"]), "/checkout/cmd/gateway", "paths of the build are left")
}

func unpack(t *testing.T, from io.Reader) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	archive := tar.NewReader(from)
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		require.NoError(t, err)
		require.Zero(t, header.Uid+header.Gid, header.Name)
		files[header.Name], err = io.ReadAll(archive)
		require.NoError(t, err)
	}
}

func infoOf(t *testing.T, content []byte) *buildinfo.BuildInfo {
	t.Helper()
	info, err := buildinfo.Read(bytes.NewReader(content))
	require.NoError(t, err)
	return info
}

// checkBill holds the bill to the binary itself: every module that is linked stands there with
// its version and licence, and nothing else.
func checkBill(t *testing.T, files map[string][]byte, platform string, content []byte) {
	t.Helper()
	var bill struct {
		Components []struct {
			Name, Version string
			Licenses      []struct{ Expression string }
		}
	}
	require.NoError(t, json.Unmarshal(content, &bill))
	got := map[string]string{}
	for _, component := range bill.Components {
		got[component.Name] = component.Version
		require.Len(t, component.Licenses, 1, component.Name)
		require.Contains(t, string(files[licencesName]), fmt.Sprintf("| %s | %s | %s |\n", component.Name, component.Version, component.Licenses[0].Expression))
		require.Contains(t, string(files[licencesName]), "\n## "+component.Name+": ", "the text of its licence is missing")
	}
	unpacked, err := gzip.NewReader(bytes.NewReader(files[platform+".tar.gz"]))
	require.NoError(t, err)
	info := infoOf(t, unpack(t, unpacked)["gateway"])
	want := map[string]string{standard: info.GoVersion}
	for _, module := range info.Deps {
		want[module.Path] = module.Version
	}
	require.Equal(t, want, got)
}

func checkImage(t *testing.T, content []byte) {
	t.Helper()
	require.LessOrEqual(t, len(content), mostImage)
	path := filepath.Join(t.TempDir(), "image.tar")
	require.NoError(t, os.WriteFile(path, content, 0o600))
	image, err := tarball.ImageFromPath(path, nil)
	require.NoError(t, err)
	described, err := image.ConfigFile()
	require.NoError(t, err)
	require.Equal(t, "65532:65532", described.Config.User)
	require.Equal(t, []string{"CMD", "/gateway", "healthcheck", "--config", configuration}, described.Config.Healthcheck.Test)
	layers, err := image.Layers()
	require.NoError(t, err)
	require.Len(t, layers, 1)
	from, err := layers[0].Uncompressed()
	require.NoError(t, err)
	files := unpack(t, from)
	require.ElementsMatch(t, []string{"etc/ssl/certs/ca-certificates.crt", "gateway"}, keys(files))
	pool := x509.NewCertPool()
	require.True(t, pool.AppendCertsFromPEM(files["etc/ssl/certs/ca-certificates.crt"]))
	require.Greater(t, bytes.Count(files["etc/ssl/certs/ca-certificates.crt"], []byte("BEGIN")), 100)
	t.Logf("the image's archive has %.1f MB", float64(len(content))/1e6)
}

// What is not committed is in no release.
func TestChangesAreRefused(t *testing.T) {
	folder := clone(t)
	require.NoError(t, os.WriteFile(filepath.Join(folder, "new.go"), []byte("package new\n"), 0o600))
	r := release{source: folder, out: t.TempDir(), platforms: []string{"linux/amd64"}}
	require.ErrorContains(t, r.make(t.Context()), "not all of the checkout is committed")
	_, err := build(context.Background(), folder, t.TempDir(), "linux", false)
	require.ErrorContains(t, err, "such as linux/amd64")
}

// What nobody has read, or what binds who hands a binary on, is in no release.
func TestLicences(t *testing.T) {
	mit := file{name: "LICENSE", content: []byte("Permission is hereby granted, free of\n charge, to any person obtaining a copy")}
	for name, want := range map[string]struct {
		files []file
		ids   []string
		says  string
	}{
		"one":          {[]file{mit, {name: "AUTHORS", content: []byte("GNU General Public License")}}, []string{"MIT"}, ""},
		"two":          {[]file{mit, {name: "LICENSE.apache", content: []byte("Apache License\nVersion 2.0, January 2004")}}, []string{"Apache-2.0", "MIT"}, ""},
		"none":         {nil, nil, "has no licence"},
		"notices only": {[]file{{name: "NOTICE"}}, nil, "has no licence"},
		"unknown":      {[]file{mit, {name: "COPYING", content: []byte("ask me")}}, nil, "COPYING is no licence that is known here"},
		"copyleft":     {[]file{{name: "LICENSE", content: []byte("GNU LESSER\nGeneral Public License")}}, nil, "not allowed"},
		"both":         {[]file{{name: "LICENSE", content: append([]byte("GNU Affero General Public License "), mit.content...)}}, nil, "not allowed"},
		"advertising":  {[]file{{name: "LICENSE", content: []byte("Redistributions of source code must retain All advertising materials mentioning features")}}, nil, "not allowed"},
	} {
		ids, err := identify(want.files)
		require.Equal(t, want.ids, ids, name)
		if want.says == "" {
			require.NoError(t, err, name)
			continue
		}
		require.ErrorContains(t, err, want.says, name)
	}
}
