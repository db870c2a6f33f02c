package redis

import (
	"context"
	"sync/atomic"
	"time"
)

// patience is how long an operation may take for a caller that can do without it.
const patience = 20 * time.Millisecond

// Impatient runs scripts for callers that can do without Redis, and so must not wait for it: each
// gets 20 ms, and after one that took longer none is run until Redis has answered a ping. Other
// users of the client, who have more time, are not affected. It is safe for concurrent use.
type Impatient struct {
	client *Client
	// late is when an operation took too long, in Unix nanoseconds; 0 if the last one did not.
	late atomic.Int64
}

// Impatient returns an Impatient over the client.
func (c *Client) Impatient() *Impatient { return &Impatient{client: c} }

// Run is Client.Run. Its failure is Down if the script was not run, and Timeout if it took too
// long; it may have been run then.
func (i *Impatient) Run(ctx context.Context, script *Script, keys []string, args ...any) (any, error) {
	if late := i.late.Load(); late != 0 {
		if i.client.ponged.Load() <= late {
			return nil, &Error{script.name, Down}
		}
		i.late.CompareAndSwap(late, 0)
	}
	bounded, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	reply, err := i.client.Run(bounded, script, keys, args...)
	if err != nil && ctx.Err() == nil && bounded.Err() != nil {
		i.late.Store(time.Now().UnixNano())
		err = &Error{script.name, Timeout}
	}
	return reply, err
}
