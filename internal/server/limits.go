package server

import (
	"time"

	"github.com/liveness-gateway/gateway/internal/call"
)

// Limits of one message.
const (
	// MaxMessageBytes is the contract's limit; larger messages are refused with
	// REQUEST_TOO_LARGE.
	MaxMessageBytes = 21 << 20
	// MaxInflation is how many times as long as its compressed form a gRPC message may be,
	// beside InflatedFreely. So no body takes more than three times its length on the wire, nor
	// more CPU for each of its bytes: decision 56. Photos stay far below.
	MaxInflation = 2
	// InflatedFreely is how many bytes longer any message may be: texts are short.
	InflatedFreely = 16 << 10
	// MaxHeaderBytes bounds the header of a call, or its metadata.
	MaxHeaderBytes = 16 << 10
)

// How fast a message must arrive. One that is too slow is refused with INVALID_REQUEST.
const (
	// ArrivalGrace is the time after which bytes must have arrived at ArrivalRate. A lost
	// packet is sent again after a second.
	ArrivalGrace = 2 * time.Second
	// ArrivalRate is the slowest rate in bytes a second, over all of the time after
	// ArrivalGrace.
	ArrivalRate = 8 << 10
	// BodyTimeLimit is what the largest body takes at 8 Mbit/s. No message may take longer.
	BodyTimeLimit = 30 * time.Second
	// FirstStep is how much of a message is read before any of it is reserved.
	FirstStep = 64 << 10
	// StepFactor bounds the later steps: what is reserved, and then read, is up to so many
	// times what has arrived. Twice took 5 % more of a call with photos over gRPC, where each
	// step waits for the client (go run ./bench -baseline).
	StepFactor = 4
)

// What all connections together may hold. Beyond a listener's bound, those that are needed
// least are closed for new ones: see Listener.
const (
	// MaxAdminConnections is the admin listener's bound: a few scrapers and operators.
	MaxAdminConnections = 64
	// MaxHandshakes is how many TLS handshakes of a listener may be under way, at some 30 KiB each.
	// Beyond that, the oldest is ended for each new one.
	MaxHandshakes = 1024
	// HandshakeTimeLimit bounds each of them.
	HandshakeTimeLimit = 5 * time.Second
	// MaxStreams is how many calls one connection of HTTP/2 may have at once, as Envoy advises for
	// a listener that strangers reach ("Configuring Envoy as an edge proxy"). Clients queue
	// calls beyond, or open more connections.
	MaxStreams = 100
	// ManyAwaited is how many calls of a listener may wait for their messages before a
	// connection may have only FewAwaited. More are shed with OVERLOADED. A stream that waits
	// takes about 10 KiB.
	ManyAwaited = 4096
	// FewAwaited is what any connection may have.
	FewAwaited = 4
	// MaxOtherStreams is how many RPCs of health and reflection one connection may have at
	// once. Clients watch a backend's health by one stream a connection. More are refused
	// with RESOURCE_EXHAUSTED.
	MaxOtherStreams = 8
	// MaxOtherStreamsInAll is how many all connections may have, at 9 KiB each.
	MaxOtherStreamsInAll = 4096
	// MaxOtherMessageBytes is how large their messages may be: names of services and files.
	MaxOtherMessageBytes = 16 << 10
	// ReflectionRate is how many messages of reflection are answered a second, and
	// ReflectionBurst how many at once: each costs as much as several calls, and who lists all
	// sends some tens.
	ReflectionRate  = 500
	ReflectionBurst = 100
	// MaxOtherStreamAge ends their streams: clients that watch begin again.
	MaxOtherStreamAge = 5 * time.Minute
)

// Limits of one connection.
const (
	// MaxConnectionAge makes clients reconnect, and so rebalance.
	MaxConnectionAge = 10 * time.Minute
	// headerTimeLimit bounds how long the header of an HTTP request may take to arrive.
	headerTimeLimit = 5 * time.Second
	// idleTimeLimit is when an HTTP connection without requests is closed.
	idleTimeLimit = 2 * time.Minute
	// streamWindow is how much of a body a client of HTTP/2 may send before REST reads it, and
	// connectionWindow how much of all of a connection's: 28 MiB arrive within BodyTimeLimit
	// where a round trip takes 250 ms. gRPC has windows of its own.
	streamWindow     = 256 << 10
	connectionWindow = 1 << 20
	// pingAfter is how long an HTTP/2 connection may be silent before it is pinged, pingTime how
	// long the client has to answer.
	pingAfter = time.Minute
	pingTime  = 20 * time.Second
	// answerTimeLimit bounds an HTTP request from the end of its header to that of its
	// answer: the body, the call and five seconds in which the caller reads.
	answerTimeLimit = BodyTimeLimit + call.MaxDeadline + 5*time.Second
)
