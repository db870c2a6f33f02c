package main

import (
	"bytes"
	"compress/gzip"
	"encoding/pem"
	"io"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"golang.org/x/crypto/x509roots/fallback/bundle"
)

const (
	repository = "liveness-gateway"
	// user has no name and no rights.
	user          = "65532:65532"
	configuration = "/etc/gateway/gateway.yaml"
)

// writeImage writes what "docker load" and "podman load" take: the binary, Mozilla's roots, and
// nothing else. It says of itself what deploy/Dockerfile says.
func writeImage(path string, c commit, b *binary) error {
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		var content bytes.Buffer
		err := writeTar(&content, c.time, []file{
			{name: "etc/ssl/certs/ca-certificates.crt", content: roots(), mode: 0o644},
			{name: "gateway", content: b.content, mode: 0o755},
		})
		return io.NopCloser(&content), err
	}, tarball.WithCompressionLevel(gzip.BestCompression))
	if err != nil {
		return err
	}
	image, err := mutate.AppendLayers(empty.Image, layer)
	if err != nil {
		return err
	}
	image, err = mutate.ConfigFile(image, configOf(c, b, image))
	if err != nil {
		return err
	}
	tag, err := name.NewTag(repository + ":" + b.info.Main.Version)
	if err != nil {
		return err
	}
	return tarball.WriteToFile(path, tag, image)
}

func configOf(c commit, b *binary, image v1.Image) *v1.ConfigFile {
	before, err := image.ConfigFile()
	if err != nil {
		before = &v1.ConfigFile{}
	}
	described := before.DeepCopy()
	described.OS, described.Architecture = b.os, b.arch
	described.Created = v1.Time{Time: c.time}
	described.History = []v1.History{{Created: v1.Time{Time: c.time}, CreatedBy: "tools/release"}}
	described.Config = v1.Config{
		User:         user,
		Entrypoint:   []string{"/gateway"},
		Cmd:          []string{"serve", "--config", configuration},
		ExposedPorts: map[string]struct{}{"8080/tcp": {}, "9090/tcp": {}},
		Healthcheck: &v1.HealthConfig{
			Test:     []string{"CMD", "/gateway", "healthcheck", "--config", configuration},
			Interval: 10 * time.Second, Timeout: 6 * time.Second,
		},
		Labels: map[string]string{
			"org.opencontainers.image.title":    "Liveness Gateway",
			"org.opencontainers.image.source":   "https://github.com/liveness-gateway/gateway",
			"org.opencontainers.image.licenses": "Apache-2.0",
			"org.opencontainers.image.version":  b.info.Main.Version,
			"org.opencontainers.image.revision": c.hash,
		},
	}
	return described
}

// roots are those of Mozilla's that are trusted without reserve: a PEM file cannot say until
// when a root may have issued.
func roots() []byte {
	var file bytes.Buffer
	for root := range bundle.Roots() {
		if root.Constraint == nil {
			_ = pem.Encode(&file, &pem.Block{Type: "CERTIFICATE", Bytes: root.Certificate})
		}
	}
	return file.Bytes()
}
