package guard

import "time"

// leastPatience is the shortest silence that says anything about a vendor.
const leastPatience = 500 * time.Millisecond

// pace is how long a product takes to issue a token: the smoothed mean and deviation of
// RFC 6298.
type pace struct{ mean, deviation time.Duration }

func (p *pace) learn(took time.Duration) {
	if p.mean == 0 {
		p.mean, p.deviation = max(took, 1), took/2
		return
	}
	p.deviation += ((took - p.mean).Abs() - p.deviation) / 4
	p.mean += (took - p.mean) / 8
}

// tooSilent reports whether an answer should have come in that time. For a product that never issued a
// token this is not known.
func (p *pace) tooSilent(took time.Duration) bool {
	return p.mean > 0 && took >= max(leastPatience, p.mean+4*p.deviation)
}
