package guard

import "time"

// Source is a hash of whose values an attempt sends to the vendor: of one user, or of one
// message where it names none. The values of one may be what the vendor fails for, so that
// its faults alone say nothing of what others share.
type Source uint64

// Nobody is the source of an attempt that sends no value of a caller's. Each of its faults
// counts.
const Nobody Source = 0

// repeats reports whether the fault that counted last was of the same source: then one more
// says nothing new.
func (b *Breaker) repeats(source Source) bool { return source != Nobody && source == b.source }

// issuesToOthers reports whether a token was issued in the last ten seconds: then what was
// sent is refused for its values, not for what others share.
func (b *Breaker) issuesToOthers(now time.Time, source Source) bool {
	return source != Nobody && !b.issuedAt.IsZero() && now.Sub(b.issuedAt) < windowSeconds*time.Second
}

// coolAtFor is coolAt for a source. One whose probe failed waits twice as long, so that
// another may find that the fault was in its values.
func (b *Breaker) coolAtFor(source Source) time.Time {
	end := b.coolAt()
	if !end.IsZero() && source != Nobody && source == b.failedProbe {
		return end.Add(b.cooldown)
	}
	return end
}
