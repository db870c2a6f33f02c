package faulttest

import (
	"context"
	"io"
	"net"
	"time"
)

// lagStep is how often the scheduling lag is looked at, and lagSlot how finely it is
// kept.
const (
	lagStep = 5 * time.Millisecond
	lagSlot = 100 * time.Millisecond
)

// Lag is the scheduling lag over a run: how late a goroutine woke up and exchanged a byte
// over loopback, as the answer of a call does both. Bounds on time are judged with it added.
type Lag struct {
	start time.Time
	worst []time.Duration // by slot since start
}

// Watch measures until ctx ends.
func (l *Lag) Watch(ctx context.Context) error {
	connection, err := connectEcho()
	if err != nil {
		return err
	}
	defer func() { _ = connection.Close() }()
	l.start = time.Now()
	for ctx.Err() == nil {
		before := time.Now()
		pause(ctx, lagStep)
		if err := exchange(connection); err != nil {
			return err
		}
		l.add(before, time.Now())
	}
	return nil
}

// add notes that a step began and ended at these times.
func (l *Lag) add(began, ended time.Time) {
	late := ended.Sub(began) - lagStep
	for slot := l.slot(began); slot <= l.slot(ended); slot++ {
		for len(l.worst) <= slot {
			l.worst = append(l.worst, 0)
		}
		l.worst[slot] = max(l.worst[slot], late)
	}
}

// connectEcho returns a connection whose other end sends back what it gets.
func connectEcho() (net.Conn, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	defer func() { _ = listener.Close() }()
	connection, err := (&net.Dialer{}).Dial("tcp", listener.Addr().String())
	if err != nil {
		return nil, err
	}
	end, err := listener.Accept()
	if err != nil {
		_ = connection.Close()
		return nil, err
	}
	go func() {
		_, _ = io.Copy(end, io.MultiReader(end)) // without it the kernel would copy, and no goroutine wake
		_ = end.Close()
	}()
	return connection, nil
}

func exchange(connection net.Conn) error {
	one := []byte{1}
	if _, err := connection.Write(one); err != nil {
		return err
	}
	_, err := io.ReadFull(connection, one)
	return err
}

func (l *Lag) slot(at time.Time) int { return int(at.Sub(l.start) / lagSlot) }

// Worst returns the worst lag, 0 if none was measured.
func (l *Lag) Worst() time.Duration {
	worst := time.Duration(0)
	for _, late := range l.worst {
		worst = max(worst, late)
	}
	return worst
}

// Around returns the worst lag within a second before and after.
func (l *Lag) Around(at time.Time) time.Duration {
	const reach = int(time.Second / lagSlot)
	worst := time.Duration(0)
	for slot := max(0, l.slot(at)-reach); slot <= l.slot(at)+reach && slot < len(l.worst); slot++ {
		worst = max(worst, l.worst[slot])
	}
	return worst
}
