// Package reload says when a configuration is read again, and what came of it: on request, and
// when files that it was read from have changed and rest. It must not know what a
// configuration holds, nor who uses it.
package reload

import (
	"errors"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/liveness-gateway/gateway/internal/files"
)

const (
	// readings bounds how often files are read in one reload for two readings to find the same.
	readings = 4
	// MaxMistakes bounds how many mistakes of a file are kept and logged.
	MaxMistakes = 20
)

// Candidate is a configuration that was read and is not in use.
type Candidate interface {
	// Files are the absolute paths of all files that it was read from.
	Files() []string
	// Use takes it into use, or leaves everything as it was.
	Use() error
}

// Read reads the configuration anew. The hash is of the text of its file, "" if that cannot be
// read. The lines of the error are the mistakes.
type Read func() (hash string, candidate Candidate, err error)

// Version is a text of the configuration file.
type Version struct {
	// SHA256 is as sha256sum prints it, "" if the file could not be read.
	SHA256 string `json:"sha256"`
	// Time is when it was taken into use, or refused last.
	Time time.Time `json:"time"`
}

// Refusal is a version that was refused.
type Refusal struct {
	Version
	// Mistakes are "file:line:column: what is wrong", MaxMistakes at most.
	Mistakes []string `json:"mistakes"`
}

// Status is what is in use, and what was refused.
type Status struct {
	Running Version `json:"running"`
	// Reloads counts the configurations that were taken into use since the start.
	Reloads int64 `json:"reloads"`
	// Refused is the version that was refused last, nil if one was taken since.
	Refused *Refusal `json:"refused,omitempty"`
}

// Reloader reloads one configuration. It is safe for concurrent use.
type Reloader struct {
	read Read
	log  *zap.Logger
	now  func() time.Time

	reloading sync.Mutex // held while one is
	// files are those of the last configuration that could be read; taken is what they held at
	// the last reload.
	files []string
	taken files.Sums
	// reloaded tells who watches that there may be other files.
	reloaded chan struct{}

	mu     sync.Mutex
	status Status
}

// New returns the reloader of a running configuration, whose file has that hash and which was
// read from files that held this.
func New(read Read, running string, held files.Sums, log *zap.Logger) *Reloader {
	return &Reloader{
		read: read, log: log, now: time.Now, files: held.Names(), taken: held, reloaded: make(chan struct{}, 1),
		status: Status{Running: Version{running, time.Now()}},
	}
}

// Status returns what is in use, and what was refused.
func (r *Reloader) Status() Status {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.status
}

// Reload reads the configuration and takes it into use, or says what is wrong with it and
// leaves the running one. The cause is for the log. It waits for a reload that has begun.
func (r *Reloader) Reload(cause string) (Status, error) {
	r.reloading.Lock()
	defer r.reloading.Unlock()
	hash, err := r.reload()
	select {
	case r.reloaded <- struct{}{}:
	default: // it is not seen yet that there was another one
	}
	return r.note(hash, cause, err), err
}

// errUnrest is of files that somebody is writing.
var errUnrest = errors.New("its files change while they are read")

// reload takes into use what two readings in a row find the same: otherwise it might be half of
// one version and half of another.
func (r *Reloader) reload() (hash string, err error) {
	before := files.LookAt(r.files)
	for n := range readings {
		var candidate Candidate
		if hash, candidate, err = r.read(); err != nil {
			r.taken = before.Sums // what has changed since may not be what was refused
			return hash, err
		}
		r.files = candidate.Files()
		found := files.LookAt(r.files)
		if n > 0 && found.Rested(before) {
			r.taken = found.Sums
			return hash, candidate.Use()
		}
		before = found
	}
	return hash, errUnrest
}

// note notes what a reload came to.
func (r *Reloader) note(hash, cause string, err error) Status {
	r.mu.Lock()
	defer r.mu.Unlock()
	version := Version{hash, r.now()}
	if err == nil {
		r.log.Info("the configuration was reloaded", zap.String("cause", cause), zap.String("sha256", hash),
			zap.Bool("changed", hash != r.status.Running.SHA256))
		r.status = Status{Running: version, Reloads: r.status.Reloads + 1}
		return r.status
	}
	mistakes := strings.SplitN(err.Error(), "\n", MaxMistakes+1)
	refused := &Refusal{version, mistakes[:min(len(mistakes), MaxMistakes)]}
	if last := r.status.Refused; last == nil || cause != again || last.SHA256 != hash || strings.Join(last.Mistakes, "\n") != strings.Join(refused.Mistakes, "\n") {
		r.log.Error("the configuration is refused, the one before it goes on", zap.String("cause", cause), zap.String("sha256", hash),
			zap.String("running_sha256", r.status.Running.SHA256), zap.Strings("mistakes", refused.Mistakes))
	}
	r.status.Refused = refused
	return r.status
}
