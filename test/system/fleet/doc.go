// Package fleet holds three replicas of the gateway's idempotency keys over a real Redis to
// their promises, while that is killed, frozen, slow, flushed, failed over and worse. It has
// tests only. They start redis-server and redis-sentinel themselves, on loopback.
package fleet
