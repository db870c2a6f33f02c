package redis

import (
	"context"
	"sync/atomic"
	"time"
)

const (
	// patience is how long an operation may take for who can do without it.
	patience = 20 * time.Millisecond
	// pause is how often one of them finds out whether Redis answers again.
	pause = 250 * time.Millisecond
)

// Impatient runs the scripts of those who can do without Redis, and so must not wait for it:
// each within 20 ms, and after one that took longer only one in 250 ms, until that is answered.
// What takes so long says nothing to others who have more time. It is safe for concurrent use.
type Impatient struct {
	client *Client
	// retry is when one may find out, in Unix nanoseconds; 0 while Redis answers.
	retry atomic.Int64
}

// Impatient returns what runs scripts of the client impatiently.
func (c *Client) Impatient() *Impatient { return &Impatient{client: c} }

// Run is Client.Run. Its failure is Down if the script was not run, and Timeout if it took too
// long; it may have been run then.
func (i *Impatient) Run(ctx context.Context, script *Script, keys []string, args ...any) (any, error) {
	now := time.Now()
	retry := i.retry.Load()
	if retry != 0 && (now.UnixNano() < retry || !i.retry.CompareAndSwap(retry, now.Add(pause).UnixNano())) {
		return nil, &Error{script.name, Down}
	}
	bounded, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	reply, err := i.client.Run(bounded, script, keys, args...)
	switch {
	case err == nil:
		if retry != 0 {
			i.retry.Store(0)
		}
	case ctx.Err() == nil && bounded.Err() != nil:
		i.retry.Store(time.Now().Add(pause).UnixNano())
		err = &Error{script.name, Timeout}
	}
	return reply, err
}
