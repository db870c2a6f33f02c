// Package fleet holds three replicas of the gateway's idempotency keys over a real Redis to
// their promises, while that is killed, frozen, slow, flushed, failed over and worse; and three
// whole gateways that are restarted, or killed, under load. It has tests only. They start
// redis-server and redis-sentinel themselves, on loopback.
//
// TestClocksThatJump compiles Go's own packages once more, with another clock, which takes minutes
// the first time.
package fleet
