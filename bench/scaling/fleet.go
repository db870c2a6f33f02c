package main

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

// fleet is what is put on paper.
type fleet struct {
	Replicas, Regions, Zones int
	// Clients are the client processes of a region, each of which connects to Subset replicas.
	Clients, Subset int
	Accounts        int
	// Rate is of calls a second in all at the peak, Keyed the share of them with a key.
	Rate, Keyed float64
	// Vendor is how long a vendor takes.
	Vendor time.Duration
	Scrape time.Duration
	Prices prices
}

// prices are the reader's, in any currency.
type prices struct{ CoreHour, LogGB, EgressGB float64 }

const (
	// busy is how much of a core a replica should use at the peak.
	busy = 0.5
	// connectionAge is the default of an account's max_connection_age.
	connectionAge = 5 * time.Minute
	// portsOfAnAddress is how many connections to one address and port can come from one address:
	// 65,536 less the first 1,024.
	portsOfAnAddress = 64512
	// replayTime is the default for which an answer is kept.
	replayTime = time.Hour
	photoBytes = 3 << 20
	// mostSeries is what 20 callers on 4 accounts come to at most, with every product and every
	// reason: TestSeriesAreBounded of internal/telemetry/metrics.
	mostSeries = 5000
)

func defaultFleet() fleet {
	return fleet{
		Replicas: 1000, Regions: 3, Zones: 3, Clients: 1000, Subset: 20, Accounts: 4, Rate: 20_000, Keyed: 1, Vendor: 300 * time.Millisecond,
		Scrape: 15 * time.Second, Prices: prices{CoreHour: 0.04, LogGB: 0.5, EgressGB: 0.09},
	}
}

// region is one region's share.
func (f *fleet) region() (replicas int, rate float64) {
	return int(math.Ceil(float64(f.Replicas) / float64(f.Regions))), f.Rate / float64(f.Regions)
}

// spread is how clients' connections lie on replicas.
type spread struct {
	// mean and most are the connections of a replica, load is that of the busiest replica by the
	// mean, and none are replicas that no client is connected to.
	mean, most, load float64
	none             int
}

// trials is how often a spread is drawn; what is shown is the worst.
const trials = 20

// subsets draws for each client the replicas that it connects to, as gRPC's random subsetting does:
// each client hashes with a seed of its own, so that its subset is any, and changes little as
// replicas come and go (gRFC A68).
func subsets(replicas, clients, subset int) spread {
	random := rand.New(rand.NewPCG(1, 2)) // the page must come to the same
	subset = min(subset, replicas)
	worst := spread{mean: float64(clients*subset) / float64(replicas)}
	order := make([]int, replicas)
	for i := range order {
		order[i] = i
	}
	for range trials {
		held := make([]int, replicas)
		for range clients {
			for i := range subset { // the first steps of a shuffle
				j := i + random.IntN(replicas-i)
				order[i], order[j] = order[j], order[i]
				held[order[i]]++
			}
		}
		most, none := slices.Max(held), 0
		for _, n := range held {
			if n == 0 {
				none++
			}
		}
		worst.most, worst.none = max(worst.most, float64(most)), max(worst.none, none)
	}
	worst.load = worst.most / worst.mean
	return worst
}

// atOnce is how many attempts of a replica are in flight at most in all but one of a million moments,
// by Poisson's distribution.
func atOnce(mean float64) int {
	const rare = 1e-6
	// For many the normal distribution is as good, with what Cornish and Fisher add for the skew.
	if mean > 200 {
		const quantile = 4.7534 // that 1e-6 are beyond
		return int(math.Ceil(mean + quantile*math.Sqrt(mean) + (quantile*quantile-1)/6))
	}
	probability, below := math.Exp(-mean), 0.0
	for n := 0; ; n++ {
		if below += probability; 1-below < rare {
			return n
		}
		probability *= mean / float64(n+1)
	}
}

// egress is what the vendors of one region see.
type egress struct {
	// each is the connections of a replica to an account, all those of the region to it.
	each, all int
	// handshakes a second, of all accounts.
	handshakes float64
	// addresses are those that one zone needs towards one vendor, in all those of the fleet.
	addresses, inAll int
}

func (f *fleet) egress() egress {
	replicas, rate := f.region()
	e := egress{each: atOnce(rate / float64(replicas*f.Accounts) * f.Vendor.Seconds())}
	e.all = e.each * replicas
	e.handshakes = float64(e.all*f.Accounts) / connectionAge.Seconds()
	e.addresses = int(math.Ceil(float64(e.all) / float64(f.Zones) / portsOfAnAddress))
	e.inAll = e.addresses * f.Zones * f.Regions
	return e
}

// redis is what the Redis of one region does.
type redis struct {
	// operations are scripts, idle are the cores for replicas without calls, which are in cores too.
	operations, idle, cores, memoryGB float64
	connections                       int
}

func (f *fleet) redis(m *measured) redis {
	replicas, rate := f.region()
	idle := float64(replicas) * m.RedisIdleMicros
	return redis{
		// Two for a key, two for an attempt with a vendor_limit, one for a caller's rate.
		operations:  rate * (2*f.Keyed + 2 + 1),
		idle:        idle / 1e6,
		cores:       (rate*(f.Keyed*m.RedisKeyedMicros+m.RedisLimitMicros+m.RedisRateMicros) + idle) / 1e6,
		memoryGB:    rate * f.Keyed * replayTime.Seconds() * float64(m.RedisKeyBytes) / 1e9,
		connections: replicas * connectionsToRedis,
	}
}

// connectionsToRedis is how many a replica uses at most (package redis).
const connectionsToRedis = 9
