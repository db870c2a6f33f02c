package guard

import "time"

// Source is a hash of whose values an attempt sends to the vendor: those of one user, or of one message
// if it names no user. The vendor may fail because of these values, so faults of one source alone say
// nothing about what others share.
type Source uint64

// Nobody is the source of an attempt that sends no values of a caller. Each of its faults counts.
const Nobody Source = 0

// repeats reports whether the last fault that counted was of the same source, so that another one says
// nothing new.
func (b *Breaker) repeats(source Source) bool { return source != Nobody && source == b.source }

// issuesToOthers reports whether a token was issued in the last ten seconds, so that a refusal must be
// due to the source's own values.
func (b *Breaker) issuesToOthers(now time.Time, source Source) bool {
	return source != Nobody && !b.issuedAt.IsZero() && now.Sub(b.issuedAt) < windowSeconds*time.Second
}

// coolAtFor is coolAt for a source. A source whose probe failed waits twice as long, so that another one
// may find out that its values were at fault.
func (b *Breaker) coolAtFor(source Source) time.Time {
	end := b.coolAt()
	if !end.IsZero() && source != Nobody && source == b.failedProbe {
		return end.Add(b.cooldown)
	}
	return end
}
