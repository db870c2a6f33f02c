package reload

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/fsnotify/fsnotify"
	"go.uber.org/zap"

	"github.com/liveness-gateway/gateway/internal/files"
)

const (
	// rest is how long files must not change before they are taken: who writes a file in place
	// has it half-written for a moment.
	rest = 300 * time.Millisecond
	// lookEvery is how often files are looked at although nothing told of a change: not every
	// file system tells, and folders come and go.
	lookEvery = 30 * time.Second
	// maxFolders bounds the folders that are watched, maxLinks the symbolic links on the way to
	// a file.
	maxFolders = 100
	maxLinks   = 40
)

// again is the cause of a reload after one that was refused, when nothing is known to have
// changed: what is wrong may lie in a file that is not known.
const again = "tried again"

// Run reloads when files of the configuration have changed and rest, until ctx ends. Folders
// are watched rather than files: a file is replaced by another of its name, and Kubernetes
// swaps a symbolic link on the way to it.
func (r *Reloader) Run(ctx context.Context) {
	w := &watching{Reloader: r, lookEvery: lookEvery, rest: rest}
	w.run(ctx)
}

type watching struct {
	*Reloader

	lookEvery, rest time.Duration
	watcher         *fsnotify.Watcher // nil if there is none
	// seen is the last look.
	seen files.Look
}

func (w *watching) run(ctx context.Context) {
	var err error
	if w.watcher, err = fsnotify.NewWatcher(); err != nil {
		w.log.Warn("folders cannot be watched; files are looked at now and then", zap.Error(err), zap.Duration("every", w.lookEvery))
		w.watcher = &fsnotify.Watcher{} // whose channels are nil
	} else {
		defer func() { _ = w.watcher.Close() }()
		w.follow()
	}
	every, quiet := time.NewTicker(w.lookEvery), time.NewTimer(0)
	defer every.Stop()
	defer quiet.Stop()
	armed := true // what changed before folders were watched is seen by a first look
	for {
		select {
		case <-ctx.Done():
			return
		case <-w.watcher.Events:
		case <-w.reloaded:
		case err := <-w.watcher.Errors: // events may have been lost
			w.log.Debug("folders cannot be watched for a moment", zap.Error(err))
		case <-every.C:
			if w.Status().Refused != nil {
				_, _ = w.Reload(again) // it has noted what is wrong
			}
		case <-quiet.C:
			w.follow() // first: what changes after the look is told
			if armed = w.look(); armed {
				quiet.Reset(w.rest)
			}
			continue
		}
		if !armed {
			armed = true
			quiet.Reset(w.rest)
		}
	}
}

// look reloads when two looks have found the same change and nothing was written between them. It
// reports whether there is a change that has to be looked at again.
func (w *watching) look() (unrest bool) {
	w.reloading.Lock()
	names, taken := w.files, w.taken
	w.reloading.Unlock()
	found := files.LookAt(names)
	before := w.seen
	w.seen = found
	switch {
	case found.Same(taken):
		return false
	case found.Rested(before):
		_, _ = w.Reload("its files changed") // it has noted what is wrong
		return false
	default:
		return true
	}
}

// follow watches the folders in which a change can make files others.
func (w *watching) follow() {
	if w.watcher.Events == nil {
		return
	}
	w.reloading.Lock()
	names := w.files
	w.reloading.Unlock()
	wanted := foldersOf(names)
	watched := w.watcher.WatchList()
	for _, folder := range watched {
		if !slices.Contains(wanted, folder) {
			_ = w.watcher.Remove(folder) // it may be gone
		}
	}
	for _, folder := range wanted {
		if !slices.Contains(watched, folder) {
			if err := w.watcher.Add(folder); err != nil {
				w.log.Debug("a folder cannot be watched", zap.String("folder", folder), zap.Error(err))
			}
		}
	}
}

// foldersOf returns the folders that the files are in, and those with the symbolic links on
// the way to them, as they are without links.
func foldersOf(names []string) []string {
	var all []string
	for _, file := range names {
		for range maxLinks {
			folder, target := firstLink(file)
			if folder != "" && !slices.Contains(all, folder) && len(all) < maxFolders {
				all = append(all, folder)
			}
			if target == "" {
				break
			}
			file = target
		}
	}
	return all
}

// firstLink returns the folder of the first symbolic link on the way to a file, and the path
// with that link followed; without a link the folder of the file, and "".
func firstLink(file string) (folder, followed string) {
	file = filepath.Clean(file)
	for i := 1; i <= len(file); i++ {
		if i < len(file) && file[i] != filepath.Separator {
			continue
		}
		target, err := os.Readlink(file[:i])
		if err != nil {
			continue
		}
		folder = filepath.Dir(file[:i])
		if !filepath.IsAbs(target) {
			target = filepath.Join(folder, target)
		}
		return folder, filepath.Join(target, file[i:])
	}
	return filepath.Dir(file), ""
}
