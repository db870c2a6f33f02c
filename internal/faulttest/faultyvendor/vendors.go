package faultyvendor

import (
	"math/rand/v2"
	"time"

	"github.com/liveness-gateway/gateway/internal/sandbox"
)

// The vendors of every run, which are accounts of these names at the gateway. Routes try
// them in this order; Other is of another provider.
const (
	First  = "first"
	Second = "second"
	Other  = "other"
)

// Credential is one that every vendor accepts.
type Credential struct{ Name, Key, Secret string }

// Credentials returns them, in the order in which Revoke takes them away. They are invented.
func Credentials() []Credential {
	return []Credential{
		{"main", "faulttest-main", "faulttest-main-secret"},
		{"spare", "faulttest-spare", "faulttest-spare-secret"},
		{"third", "faulttest-third", "faulttest-third-secret"},
		{"fourth", "faulttest-fourth", "faulttest-fourth-secret"},
	}
}

// Options says how vendors are started.
type Options struct {
	// TLS makes First speak TLS.
	TLS bool
	// FirstTakes is how long First takes for its answer while nothing is wrong with it;
	// UsualDelay if zero, as the others do.
	FirstTakes time.Duration
	// Rate is how many calls a second callers make, by which vendors set their limits.
	Rate float64
	// Random returns the random numbers of the vendor of that name.
	Random func(name string) *rand.Rand
}

// Vendors are those of one run, by their names.
type Vendors map[string]*Vendor

// Start starts all of them on loopback.
func Start(o Options) (_ Vendors, err error) {
	vs := Vendors{}
	defer func() {
		if err != nil {
			vs.Close()
		}
	}()
	var tls *authority
	if o.TLS {
		if tls, err = newAuthority(); err != nil {
			return nil, err
		}
	}
	megvii := func(o sandbox.Options) standIn { return sandbox.NewMegvii(o) }
	linkface := func(o sandbox.Options) standIn { return sandbox.NewLinkface(o) }
	if vs[First], err = startVendor(First, o, tls, megvii); err != nil {
		return nil, err
	}
	if vs[Second], err = startVendor(Second, o, nil, megvii); err != nil {
		return nil, err
	}
	vs[Other], err = startVendor(Other, o, nil, linkface)
	return vs, err
}

// Close ends all of them.
func (vs Vendors) Close() {
	for _, v := range vs {
		if v != nil {
			v.close()
		}
	}
}

// Disconnect ends every connection that the gateway has to a vendor.
func (vs Vendors) Disconnect() {
	for _, v := range vs {
		v.listener.disconnect()
	}
}

// Ledgers returns what each of them did, by their names.
func (vs Vendors) Ledgers() map[string][]sandbox.Entry {
	ledgers := map[string][]sandbox.Entry{}
	for name, v := range vs {
		ledgers[name] = v.standIn.Ledger()
	}
	return ledgers
}
