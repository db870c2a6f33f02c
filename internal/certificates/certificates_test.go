package certificates_test

import (
	"bytes"
	"context"
	"maps"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/certificates"
	"github.com/liveness-gateway/gateway/internal/certtest"
)

func filesOf(v *certtest.Volume) certificates.Files {
	return certificates.Files{Certificate: v.File("tls.crt"), Key: v.File("tls.key"), ClientCA: v.File("ca.crt")}
}

func TestLoad(t *testing.T) {
	ca, other := certtest.New(t), certtest.New(t)
	soon := time.Now().Add(time.Minute).Truncate(time.Second)
	pair := ca.Issue(t, certtest.Leaf{NotAfter: soon})
	foreign := other.Issue(t, certtest.Leaf{})
	cut := func(text []byte) []byte { return text[:len(text)/2] }
	both := bytes.Join([][]byte{pair.Key, pair.Certificate}, nil)
	for name, c := range map[string]struct {
		files map[string][]byte
		wrong []string
	}{
		"good":                   {ca.SecretFiles(pair), nil},
		"all in one":             {map[string][]byte{"tls.crt": both, "tls.key": both, "ca.crt": both}, nil},
		"text around":            {map[string][]byte{"tls.crt": append([]byte("a comment\n"), pair.Certificate...), "tls.key": pair.Key, "ca.crt": ca.PEM}, nil},
		"another's key":          {map[string][]byte{"tls.crt": pair.Certificate, "tls.key": foreign.Key, "ca.crt": ca.PEM}, []string{"tls.key does not hold the key of the first certificate in "}},
		"the chain cut":          {map[string][]byte{"tls.crt": pair.Certificate[:len(pair.Certificate)-100], "tls.key": pair.Key, "ca.crt": ca.PEM}, []string{"tls.crt holds a PEM block that is broken or cut off"}},
		"all cut":                {map[string][]byte{"tls.crt": cut(pair.Certificate), "tls.key": cut(pair.Key), "ca.crt": cut(ca.PEM)}, []string{"tls.crt holds", "tls.key holds", "ca.crt holds"}},
		"one of two cut":         {map[string][]byte{"tls.crt": pair.Certificate, "tls.key": pair.Key, "ca.crt": append(cut(other.PEM), ca.PEM...)}, []string{"ca.crt holds a PEM block that is broken or cut off"}},
		"nothing":                {map[string][]byte{"tls.crt": nil, "tls.key": nil, "ca.crt": nil}, []string{"tls.crt holds no PEM certificate", "tls.key holds no PEM private key", "ca.crt holds no PEM certificate"}},
		"key and certificate":    {map[string][]byte{"tls.crt": pair.Key, "tls.key": pair.Certificate, "ca.crt": ca.PEM}, []string{"tls.crt holds no PEM certificate", "tls.key holds no PEM private key"}},
		"not a certificate":      {map[string][]byte{"tls.crt": []byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), "tls.key": pair.Key, "ca.crt": ca.PEM}, []string{"tls.crt holds a certificate that cannot be parsed"}},
		"not a key":              {map[string][]byte{"tls.crt": pair.Certificate, "tls.key": []byte("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"), "ca.crt": ca.PEM}, []string{"tls.key does not hold the key"}},
		"an encrypted key":       {map[string][]byte{"tls.crt": pair.Certificate, "tls.key": []byte("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"), "ca.crt": ca.PEM}, []string{"tls.key holds an encrypted key"}},
		"an old encrypted key":   {map[string][]byte{"tls.crt": pair.Certificate, "tls.key": []byte("-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA\n-----END EC PRIVATE KEY-----\n"), "ca.crt": ca.PEM}, []string{"tls.key holds an encrypted key"}},
		"larger than may be":     {map[string][]byte{"tls.crt": bytes.Repeat(pair.Certificate, 8000), "tls.key": pair.Key, "ca.crt": ca.PEM}, []string{"tls.crt cannot be read: it is larger than 4 MiB"}},
		"one is there, two not":  {map[string][]byte{"tls.crt": pair.Certificate}, []string{"tls.key cannot be read: no such file or directory", "ca.crt cannot be read: no such file or directory"}},
		"one not there, one bad": {map[string][]byte{"tls.key": pair.Certificate, "ca.crt": ca.PEM}, []string{"tls.crt cannot be read: no such file or directory", "tls.key holds no PEM private key"}},
	} {
		t.Run(name, func(t *testing.T) {
			material, problems := filesOf(certtest.NewVolume(t, c.files)).Load()
			require.Len(t, problems, len(c.wrong))
			for i, wrong := range c.wrong {
				require.ErrorContains(t, problems[i], wrong)
				require.NotContains(t, problems[i].Error(), "AAAA")
			}
			if c.wrong == nil {
				require.True(t, soon.Equal(material.NotAfter), "the first of all that are shown")
				require.NotNil(t, material.ClientCAs)
				require.NotEmpty(t, material.Certificate.Certificate)
			}
		})
	}
}

// Nothing waits for a pipe or a device.
func TestNotFiles(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	for name, wrong := range map[string]string{
		"/dev/zero": "it is not a regular file", pipe: "it is not a regular file", t.TempDir(): "is a directory",
	} {
		_, problems := certificates.Files{Certificate: name, Key: name}.Load()
		require.Len(t, problems, 2)
		require.ErrorContains(t, problems[0], wrong)
	}
}

// watched is a watcher that runs, and what it has told of.
type watched struct {
	*certificates.Watcher

	mu       sync.Mutex
	changes  int
	problems []*certificates.FileError
}

func watch(ctx context.Context, t *testing.T, files certificates.Files) *watched {
	t.Helper()
	w := &watched{}
	var problems []*certificates.FileError
	w.Watcher, problems = certificates.Watch(files, func(_ *certificates.Material, problems []*certificates.FileError) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.changes++
		w.problems = problems
	})
	require.Empty(t, problems)
	go w.Run(ctx)
	return w
}

func (w *watched) changed() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.changes
}

func (w *watched) lastProblems() []*certificates.FileError {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.problems
}

func (w *watched) shows(t *testing.T, p certtest.Pair) bool {
	t.Helper()
	return bytes.Equal(p.TLS(t).Certificate[0], w.Material().Certificate.Certificate[0])
}

// enough is after two looks.
const enough = 2500 * time.Millisecond

func TestSwaps(t *testing.T) {
	ca, next := certtest.New(t), certtest.New(t)
	first, second := ca.Issue(t, certtest.Leaf{}), next.Issue(t, certtest.Leaf{})
	v := certtest.NewVolume(t, ca.SecretFiles(first))
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		w := watch(ctx, t, filesOf(v))
		time.Sleep(time.Hour)
		synctest.Wait()
		require.Zero(t, w.changed())

		v.Swap(t, next.SecretFiles(second))
		time.Sleep(enough)
		synctest.Wait()
		require.True(t, w.shows(t, second))
		require.True(t, next.Pool().Equal(w.Material().ClientCAs))
		require.Equal(t, 1, w.changed())

		// A swap to what cannot be used is told of once, however long it stays.
		v.Swap(t, map[string][]byte{"tls.crt": first.Certificate, "tls.key": second.Key, "ca.crt": ca.PEM})
		time.Sleep(time.Hour)
		synctest.Wait()
		require.True(t, w.shows(t, second))
		require.True(t, next.Pool().Equal(w.Material().ClientCAs), "the files are taken together or not at all")
		require.True(t, w.Failing())
		require.Equal(t, 2, w.changed())
		require.Len(t, w.lastProblems(), 1)

		v.Swap(t, next.SecretFiles(second)) // what is in use
		time.Sleep(enough)
		synctest.Wait()
		require.False(t, w.Failing())
		require.Equal(t, 2, w.changed())

		v.Swap(t, map[string][]byte{"tls.crt": first.Certificate, "tls.key": second.Key, "ca.crt": ca.PEM})
		time.Sleep(enough)
		synctest.Wait()
		require.True(t, w.Failing(), "again")
		require.Equal(t, 3, w.changed())

		v.Swap(t, nil)
		time.Sleep(enough)
		synctest.Wait()
		require.Len(t, w.lastProblems(), 3)
		v.Swap(t, ca.SecretFiles(first))
		time.Sleep(enough)
		synctest.Wait()
		require.True(t, w.shows(t, first))
		require.False(t, w.Failing())
	})
}

// However far a file is written, what it held before goes on until all of it is there, and
// the other with it.
func TestHalfWrittenFiles(t *testing.T) {
	ca := certtest.New(t)
	first, second := ca.Issue(t, certtest.Leaf{}), ca.Issue(t, certtest.Leaf{})
	v := certtest.NewVolume(t, ca.SecretFiles(first))
	files := filesOf(v)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		w := watch(ctx, t, files)
		write := func(file string, content []byte) {
			require.NoError(t, os.WriteFile(file, content, 0o600))
			time.Sleep(enough)
			synctest.Wait()
		}
		for written := 0; written < len(second.Certificate); written += 97 {
			write(files.Certificate, second.Certificate[:written])
			require.True(t, w.shows(t, first))
		}
		write(files.Certificate, second.Certificate)
		for written := 0; written < len(second.Key)-5; written += 13 { // the last line may end early
			write(files.Key, second.Key[:written])
			require.True(t, w.shows(t, first))
			require.True(t, w.Failing())
		}
		write(files.Key, second.Key)
		require.True(t, w.shows(t, second))
		require.False(t, w.Failing())
	})
}

// A file that changes at every look is not taken in before it rests.
func TestFilesThatDoNotRest(t *testing.T) {
	ca := certtest.New(t)
	first := ca.Issue(t, certtest.Leaf{})
	v := certtest.NewVolume(t, ca.SecretFiles(first))
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		w := watch(ctx, t, filesOf(v))
		time.Sleep(500 * time.Millisecond)
		synctest.Wait()
		var last certtest.Pair
		for range 20 {
			last = ca.Issue(t, certtest.Leaf{NotAfter: time.Now().Add(time.Hour)})
			v.Swap(t, maps.Clone(ca.SecretFiles(last)))
			time.Sleep(time.Second)
			synctest.Wait()
		}
		require.True(t, w.shows(t, first))
		synctest.Wait()
		require.Zero(t, w.changed())
		time.Sleep(enough)
		synctest.Wait()
		require.True(t, w.shows(t, last))
	})
}

// A file that is written between two looks does not rest, although both find the same in it: a
// bundle that is cut off between two certificates looks whole.
func TestFilesWrittenBetweenLooks(t *testing.T) {
	ca, second := certtest.New(t), certtest.New(t)
	v := certtest.NewVolume(t, ca.SecretFiles(ca.Issue(t, certtest.Leaf{})))
	files := filesOf(v)
	begin := time.Now()
	require.NoError(t, os.WriteFile(files.ClientCA, append(bytes.Clone(ca.PEM), second.PEM...), 0o600))
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		w := watch(ctx, t, files)
		time.Sleep(500 * time.Millisecond)
		for n := range 10 {
			require.NoError(t, os.WriteFile(files.ClientCA, second.PEM, 0o600))
			at := begin.Add(time.Duration(n) * time.Second)
			require.NoError(t, os.Chtimes(files.ClientCA, at, at))
			time.Sleep(time.Second)
			synctest.Wait()
			require.Zero(t, w.changed())
		}
		time.Sleep(enough)
		synctest.Wait()
		require.Equal(t, 1, w.changed())
		require.True(t, second.Pool().Equal(w.Material().ClientCAs))
	})
}
