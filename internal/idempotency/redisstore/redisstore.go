// Package redisstore keeps idempotency keys in Redis, for replicas to share. It must not
// know what digests and answers are made of, nor how Redis is reached.
//
// A name is one key of Redis, whose value is a record: 4 bytes of version, kind and form,
// the digest of the message, then the lease's owner or the sealed answer. A lease is found
// again by its bytes. How long a record stands is the key's time to live.
package redisstore

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"time"

	"github.com/liveness-gateway/gateway/internal/idempotency"
	"github.com/liveness-gateway/gateway/internal/redis"
)

// folder is before all names.
const folder = "idempotency:"

const (
	recordVersion = 1
	leaseKind     = 'L'
	answerKind    = 'A'
	headerBytes   = 4 + len(idempotency.Digest{})
)

var errRecord = errors.New("a record in Redis is of another version, or broken")

// maxRecordBytes is more than any record has. A longer value stays in Redis.
const maxRecordBytes = 1 << 20

// lease returns 1, or what is in its way and for how many more milliseconds.
var lease = redis.NewScript("idempotency_lease", `
local stands = redis.call('GET', KEYS[1])
if stands and #stands > tonumber(ARGV[3]) then return redis.error_reply('ERR the record is too long') end
if stands and stands ~= ARGV[1] then return {stands, redis.call('PTTL', KEYS[1])} end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`)

var extend = redis.NewScript("idempotency_extend", `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 1`)

// complete returns 1 if the answer now stands there, 0 if nothing does, or else what does. It may
// exceed maxmemory, because whoever was granted a lease has room for the answer.
var complete = redis.NewScript("idempotency_complete", `#!lua flags=allow-oom
local stands = redis.call('GET', KEYS[1])
if not stands then return 0 end
if stands == ARGV[2] then return 1 end
if #stands > tonumber(ARGV[4]) then return redis.error_reply('ERR the record is too long') end
if stands ~= ARGV[1] then return {stands, redis.call('PTTL', KEYS[1])} end
if tonumber(ARGV[3]) > 0 then redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) else redis.call('DEL', KEYS[1]) end
return 1`)

var release = redis.NewScript("idempotency_release", `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`)

// Operations are the names of the operations on Redis, for metrics.
var Operations = []string{"idempotency_lease", "idempotency_extend", "idempotency_complete", "idempotency_release"}

// Store is an idempotency.Store in Redis 7.0 or later. It is safe for concurrent use.
type Store struct{ client *redis.Client }

// New returns the store that all clients with the same Redis and prefix share.
func New(client *redis.Client) *Store { return &Store{client} }

// Lease puts the lease under the name if there is no record, or if it stands there already.
func (s *Store) Lease(ctx context.Context, name idempotency.Digest, l idempotency.Record, ttl time.Duration) (idempotency.Record, error) {
	ttl = max(ttl, time.Millisecond)
	reply, err := s.client.Run(ctx, lease, []string{keyOf(name)}, bytesOf(leaseKind, &l, l.Owner), ttl.Milliseconds(), maxRecordBytes)
	if err != nil {
		return idempotency.Record{}, err
	}
	if reply == int64(1) {
		l.Left = ttl
		return l, nil
	}
	return recordOf(reply)
}

// Extend makes the lease last for ttl from now, and never shortens it.
func (s *Store) Extend(ctx context.Context, name idempotency.Digest, l idempotency.Record, ttl time.Duration) (held bool, err error) {
	reply, err := s.client.Run(ctx, extend, []string{keyOf(name)}, bytesOf(leaseKind, &l, l.Owner), max(ttl.Milliseconds(), 1))
	return reply == int64(1), err
}

// Complete puts the answer in place of the lease.
func (s *Store) Complete(ctx context.Context, name idempotency.Digest, l idempotency.Record, answer []byte, ttl time.Duration) (idempotency.Record, error) {
	reply, err := s.client.Run(ctx, complete, []string{keyOf(name)}, bytesOf(leaseKind, &l, l.Owner), bytesOf(answerKind, &l, answer), ttl.Milliseconds(),
		maxRecordBytes)
	switch {
	case err != nil || reply == int64(0):
		return idempotency.Record{}, err
	case reply == int64(1):
		return idempotency.Record{Message: l.Message, Form: l.Form, Answer: answer, Left: ttl}, nil
	default:
		return recordOf(reply)
	}
}

// Release removes the lease.
func (s *Store) Release(ctx context.Context, name idempotency.Digest, l idempotency.Record) error {
	_, err := s.client.Run(ctx, release, []string{keyOf(name)}, bytesOf(leaseKind, &l, l.Owner))
	return err
}

func keyOf(name idempotency.Digest) string {
	var key [len(folder) + (8*len(name)+5)/6]byte
	return string(base64.RawURLEncoding.AppendEncode(append(key[:0], folder...), name[:]))
}

// bytesOf returns a record that ends with the owner, or the answer.
func bytesOf[T string | []byte](kind byte, r *idempotency.Record, rest T) []byte {
	record := make([]byte, 0, headerBytes+len(rest))
	record = append(record, recordVersion, kind)
	record = binary.BigEndian.AppendUint16(record, r.Form)
	record = append(record, r.Message[:]...)
	return append(record, rest...)
}

// recordOf reads a record and the milliseconds that it has left.
func recordOf(reply any) (idempotency.Record, error) {
	parts, _ := reply.([]any)
	if len(parts) != 2 {
		return idempotency.Record{}, errRecord
	}
	value, _ := parts[0].(string)
	left, _ := parts[1].(int64)
	if len(value) < headerBytes || value[0] != recordVersion {
		return idempotency.Record{}, errRecord
	}
	record := idempotency.Record{
		Message: idempotency.Digest([]byte(value[4:headerBytes])), Form: uint16(value[2])<<8 | uint16(value[3]),
		Left: time.Duration(max(left, 0)) * time.Millisecond,
	}
	switch rest := value[headerBytes:]; value[1] {
	case leaseKind:
		record.Owner = rest
	case answerKind:
		record.Answer = []byte(rest)
	default:
		return idempotency.Record{}, errRecord
	}
	return record, nil
}
