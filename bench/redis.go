package main

import (
	"context"
	"net"

	"github.com/liveness-gateway/gateway/bench/internal/rig"
	"github.com/liveness-gateway/gateway/internal/freeport"
)

// redisServer joins if it is found.
const redisServer = "redis-server"

// startRedis starts a Redis that keeps nothing on disk, unless it is running. What it costs is
// nobody's.
func (s *setup) startRedis(ctx context.Context) error {
	if s.redis != nil {
		return nil
	}
	address, err := freeport.TakeAddress()
	if err != nil {
		return err
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	s.redis, err = rig.Start(ctx, s.folder, rig.Command{
		Name: redisServer, Listens: []string{address},
		Args: []string{s.programs[redisServer], "--bind", host, "--port", port, "--save", "", "--appendonly", "no", "--dir", s.folder},
	})
	s.redisAddress = address
	return err
}
