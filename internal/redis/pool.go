package redis

import "runtime"

// connectionsPerProcessor is go-redis's default. It is set explicitly because it is shown as the
// limit.
const connectionsPerProcessor = 10

func poolSize() int { return connectionsPerProcessor * runtime.GOMAXPROCS(0) }

// Pool is what the client's connections are doing, of all servers where there are several.
type Pool struct {
	// Open connections, and how many of them no operation uses.
	Open, Idle int
	// Limit is the most connections that operations and pings use, to one server.
	Limit int
	// Waits are the operations that waited for a connection and got one, Timeouts those that got
	// none in time. Those that are sent in batches wait for a batch, and are not counted.
	Waits, Timeouts uint64
}

// Pool returns the state of the connections. It is safe for concurrent use.
func (c *Client) Pool() Pool {
	pool := Pool{Limit: senders + 1} // one is for pings
	if c.cluster {
		pool.Limit = poolSize()
		if !c.Up() {
			return pool // go-redis would look for the cluster's nodes first, for as long as that takes
		}
	}
	stats := c.redis.PoolStats()
	pool.add(stats.TotalConns, stats.IdleConns, stats.WaitCount, stats.Timeouts)
	if batches := stats.PipelineStats; batches != nil { // which have connections of their own
		pool.add(batches.TotalConns, batches.IdleConns, batches.WaitCount, batches.Timeouts)
	}
	return pool
}

func (p *Pool) add(open, idle, waits, timeouts uint32) {
	p.Open += int(open)
	p.Idle += int(idle)
	p.Waits += uint64(waits)
	p.Timeouts += uint64(timeouts)
}
