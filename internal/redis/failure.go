package redis

import (
	"context"
	"errors"
	"net"
	"strings"

	goredis "github.com/redis/go-redis/v9"
)

// Failure is how an operation failed. The texts of Redis and of its client are not passed on,
// because they may hold what was sent.
type Failure string

// The failures.
const (
	None Failure = "none"
	// Timeout is an answer that did not come in time, Unreachable a connection that failed or
	// broke.
	Timeout     Failure = "timeout"
	Unreachable Failure = "unreachable"
	// Down is an operation that was not tried because Redis is down.
	Down Failure = "down"
	// Unauthorized is a user, a password or a right that Redis refuses.
	Unauthorized Failure = "unauthorized"
	// ReadOnly is a replica, or a server that does not write. Full has no memory left.
	ReadOnly Failure = "read_only"
	Full     Failure = "full"
	// NotReady is a server that loads its data, or a cluster that misses a part.
	NotReady Failure = "not_ready"
	// Left is a caller who did not wait for the answer.
	Left Failure = "left"
	// Refused is any other error of the server's.
	Refused Failure = "refused"
)

// Failures are all of them.
var Failures = []Failure{Timeout, Unreachable, Down, Unauthorized, ReadOnly, Full, NotReady, Left, Refused}

// Error is the error of an operation. Unless the failure is Down, Redis may have done it all the
// same.
type Error struct {
	Operation string
	Failure   Failure
}

// Error names the operation and the failure.
func (e *Error) Error() string { return "redis: " + e.Operation + ": " + string(e.Failure) }

// silent reports whether there was no answer.
func (f Failure) silent() bool { return f == Timeout || f == Unreachable }

// codes are the first words of Redis's errors.
var codes = map[string]Failure{
	"NOAUTH": Unauthorized, "WRONGPASS": Unauthorized, "NOPERM": Unauthorized,
	"READONLY": ReadOnly, "MISCONF": ReadOnly, "NOREPLICAS": ReadOnly, "OOM": Full,
	"LOADING": NotReady, "MASTERDOWN": NotReady, "CLUSTERDOWN": NotReady, "TRYAGAIN": NotReady, "BUSY": NotReady,
	"MOVED": NotReady, "ASK": NotReady,
}

// failureOf reads the error of an operation that was made for caller.
func failureOf(caller context.Context, err error) Failure {
	if err == nil {
		return None
	}
	var network net.Error
	var server goredis.Error
	switch {
	case errors.Is(err, goredis.Nil):
		return None
	case caller.Err() != nil:
		return Left
	case errors.As(err, &server):
		// An error within a script begins with the code too, or has "ERR" before it.
		word, rest, _ := strings.Cut(server.Error(), " ")
		if word == "ERR" {
			word, _, _ = strings.Cut(rest, " ")
		}
		if failure, known := codes[strings.TrimPrefix(word, "-")]; known {
			return failure
		}
		return Refused
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, goredis.ErrPoolTimeout), errors.As(err, &network) && network.Timeout():
		return Timeout
	default:
		return Unreachable
	}
}
