package callers

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/liveness-gateway/gateway/internal/files"
)

const (
	// maxKeySetBytes bounds a key set: a hundred RSA keys with their certificates.
	maxKeySetBytes = 1 << 20
	// readTime bounds the fetch of one.
	readTime = 5 * time.Second
)

var errTooLarge = errors.New("has more than 1 MiB")

// Issuer issues JWTs that name callers.
type Issuer struct {
	// Name is the claim iss, Audience a value that aud must have.
	Name, Audience string
	// File is the path of the issuer's JWK set, or URL its address; the scheme is http only on
	// loopback.
	File string
	URL  *url.URL
	// RootCAs are trusted for URL instead of the system's; nil for those.
	RootCAs *x509.CertPool
	// Algorithms are those that tokens may be signed with, at least one: none is taken that needs a
	// shared secret.
	Algorithms []string
	// CallerClaim is the claim that names the caller, a text.
	CallerClaim string
}

// openIssuer returns an issuer. A key set in a file is read at once; one at a URL need not be there
// yet.
func openIssuer(i *Issuer, report func(issuer string, err error)) (*issuer, error) {
	opened := &issuer{
		Issuer:  i,
		callers: map[string]*Caller{},
		keys:    &keys{algorithms: i.Algorithms, issuer: i.Name, report: report, ask: make(chan struct{}, 1)},
	}
	if i.URL != nil {
		opened.keys.source = fetched{i.URL.String(), newClient(i.RootCAs)}
		return opened, nil
	}
	opened.keys.source = file(i.File)
	return opened, opened.keys.read(context.Background())
}

// CheckKeySet returns what is wrong with the text of a key set: it is none, or has nothing that
// verifies tokens of the algorithms.
func CheckKeySet(text []byte, algorithms []string) error {
	_, err := parseKeySet(text, algorithms)
	return err
}

// source is where a key set is read from.
type source interface {
	read(ctx context.Context) ([]byte, error)
}

type file string

func (f file) String() string { return "file " + string(f) }

func (f file) read(context.Context) ([]byte, error) {
	return files.Read(string(f))
}

type fetched struct {
	url    string
	client *http.Client
}

func (f fetched) String() string { return f.url }

// newClient returns a client that keeps no connections, because it is used only every few minutes.
func newClient(roots *x509.CertPool) *http.Client {
	return &http.Client{
		Timeout: readTime,
		Transport: &http.Transport{
			DisableKeepAlives:      true,
			TLSClientConfig:        &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
			MaxResponseHeaderBytes: 64 << 10,
			ForceAttemptHTTP2:      true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func (f fetched) read(ctx context.Context) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, f.url, http.NoBody)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "application/jwk-set+json, application/json")
	response, err := f.client.Do(request)
	if err != nil {
		return nil, f.failed(err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers with status %d", f.url, response.StatusCode)
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, maxKeySetBytes+1))
	if err == nil && len(text) > maxKeySetBytes {
		err = errTooLarge
	}
	return text, err
}

// maxErrorRunes is how much is told of an error, in whose text the server may have a say.
const maxErrorRunes = 256

func (f fetched) failed(err error) error {
	if failed, ok := errors.AsType[*url.Error](err); ok { // it has the url too
		err = failed.Err
	}
	return fmt.Errorf("%s cannot be fetched: %.*q", f.url, maxErrorRunes, err.Error())
}
