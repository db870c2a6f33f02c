// Package redislist keeps what operators have taken out of service in Redis, one text for all
// replicas. It must not know how Redis is reached, nor what is in the text.
package redislist

import (
	"context"
	"errors"
	"time"

	"github.com/liveness-gateway/gateway/internal/redis"
)

var key = []string{"out_of_service"}

var errReply = errors.New("the answer of Redis is none of the script's")

// maxBytes is more than a list has; what is longer stays in Redis, however long it is.
const maxBytes = 1 << 20

var load = redis.NewScript("out_of_service_load", `
local text = redis.call('GET', KEYS[1]) or ''
if #text > tonumber(ARGV[1]) then return redis.error_reply('ERR the list is too long') end
return text`)

// swap compares before it sets: replicas change the text at the same time.
var swap = redis.NewScript("out_of_service_swap", `
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
if ARGV[2] == '' then
  redis.call('DEL', KEYS[1])
else
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
end
return 1`)

// Operations are the names of the operations on Redis, for metrics.
var Operations = []string{"out_of_service_load", "out_of_service_swap"}

// Store is an outofservice.Store. It is safe for concurrent use.
type Store struct{ client *redis.Client }

// New returns the store that all clients with the same Redis and prefix share.
func New(client *redis.Client) *Store { return &Store{client} }

// Load returns the text, "" if there is none.
func (s *Store) Load(ctx context.Context) (string, error) {
	reply, err := s.client.Run(ctx, load, key, maxBytes)
	if err != nil {
		return "", err
	}
	text, ok := reply.(string)
	if !ok {
		return "", errReply
	}
	return text, nil
}

// Swap puts a text in place of another, for as long as ttl, and reports whether the other
// one was still there. An empty text is none.
func (s *Store) Swap(ctx context.Context, before, after string, ttl time.Duration) (bool, error) {
	reply, err := s.client.Run(ctx, swap, key, before, after, max(1, ttl.Milliseconds()))
	if err != nil {
		return false, err
	}
	swapped, ok := reply.(int64)
	if !ok {
		return false, errReply
	}
	return swapped == 1, nil
}
