// Package timing waits, and measures how late the machine wakes up who waits. It knows
// nothing of what is run.
package timing

import (
	"context"
	"io"
	"net"
	"slices"
	"time"
)

// Step is how often the scheduling lag is measured.
const Step = 5 * time.Millisecond

// lagSlot is how finely it is remembered.
const lagSlot = 100 * time.Millisecond

// Lag is the scheduling lag over a run: how late a goroutine woke up and exchanged a byte
// over loopback, as the answer of a call does both. Bounds on time are judged with it added.
type Lag struct {
	start time.Time
	worst []time.Duration // by slot since start
}

// NewLag returns the lag of a run that begins at start, of which nothing is measured yet.
func NewLag(start time.Time) *Lag { return &Lag{start: start} }

// Watch measures until ctx ends.
func (l *Lag) Watch(ctx context.Context) error {
	connection, err := connectEcho()
	if err != nil {
		return err
	}
	defer func() { _ = connection.Close() }()
	for ctx.Err() == nil {
		before := time.Now()
		Pause(ctx, Step)
		if err := exchange(connection); err != nil {
			return err
		}
		l.Add(before, time.Now())
	}
	return nil
}

// Add notes that a step began and ended at these times.
func (l *Lag) Add(began, ended time.Time) {
	late := ended.Sub(began) - Step
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

// Worst returns the worst lag of the run.
func (l *Lag) Worst() time.Duration {
	if len(l.worst) == 0 {
		return 0
	}
	return slices.Max(l.worst)
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
