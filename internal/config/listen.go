package config

import (
	"errors"
	"fmt"
	"net"
	"slices"

	"github.com/liveness-gateway/gateway/internal/config/format"
	"github.com/liveness-gateway/gateway/internal/config/suggest"
)

// Check returns what is wrong with the addresses, which flags may have changed
// since the file was read. As long as callers are not authenticated, they may leave
// loopback only if allowUnauthenticated.
func (l Listen) Check(allowUnauthenticated bool) error {
	var failed []error
	for _, p := range l.problems(allowUnauthenticated) {
		failed = append(failed, fmt.Errorf("%s %s", p.key, p.message))
	}
	return errors.Join(failed...)
}

// AdminOnLoopback reports whether nobody but this machine reaches the admin listener.
func (l Listen) AdminOnLoopback() bool {
	host, _, _ := net.SplitHostPort(l.Admin)
	return format.IsLoopback(host)
}

// problem is what is wrong with the value of a key.
type problem struct{ key, message string }

func (l Listen) problems(allowUnauthenticated bool) []problem {
	found := []problem{
		{"grpc", format.ListenProblem(l.GRPC, allowUnauthenticated)},
		{"rest", format.ListenProblem(l.REST, allowUnauthenticated)},
		{"admin", format.ListenProblem(l.Admin, allowUnauthenticated)},
	}
	return slices.DeleteFunc(found, func(p problem) bool { return p.message == "" })
}

// Check returns an error if the level, which a flag may have changed, is none.
func (l Log) Check() error {
	rules, err := newSchema(nil)
	if err != nil {
		return err
	}
	if levels := rules.Words("#/properties/log/properties/level"); !slices.Contains(levels, l.Level) {
		return errors.New(suggest.Unknown("log level", l.Level, levels))
	}
	return nil
}
