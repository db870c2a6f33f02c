package faulttest

import (
	"crypto/tls"
	"net"
	"time"
)

// fault makes a vendor fail until end is called.
type fault func(v *vendor) (end func(), err error)

// nothing is wrong with the vendor: what is to be endured comes from elsewhere.
func nothing(*vendor) (end func(), err error) { return func() {}, nil }

// refuse closes the listening socket and every connection.
func refuse(v *vendor) (end func(), err error) {
	v.listener.close()
	v.listener.disconnect()
	return func() { _ = v.listener.open() }, nil // the row's recovery tells if it did not
}

// keepSilent accepts connections and never answers, not even the TLS handshake.
func keepSilent(v *vendor) (end func(), err error) {
	unblock := v.listener.block(false)
	v.listener.disconnect()
	return func() {
		unblock()
		v.listener.disconnect()
	}, nil
}

// fillQueue accepts no connection until no more can wait for it.
func fillQueue(v *vendor) (end func(), err error) {
	unblock := v.listener.block(true)
	var fillers []net.Conn
	end = func() {
		_ = v.listener.resizeQueue(usualQueue)
		unblock()
		for _, c := range fillers {
			_ = c.Close()
		}
		v.listener.disconnect()
	}
	if err = v.listener.resizeQueue(shortQueue); err == nil {
		fillers, err = v.listener.fillQueue()
	}
	if err != nil {
		end()
		return nil, err
	}
	v.listener.disconnect()
	return end, nil
}

// present shows another certificate on new connections, and ends those that there are.
func present(pick func(*authority) *tls.Certificate) fault {
	return func(v *vendor) (end func(), err error) {
		v.certificate.Store(pick(v.authority))
		v.listener.disconnect()
		return func() { v.certificate.Store(&v.authority.valid) }, nil
	}
}

func expired(a *authority) *tls.Certificate   { return &a.expired }
func otherName(a *authority) *tls.Certificate { return &a.otherName }

// revoke takes the first of the vendor's credentials away.
func revoke(v *vendor) (end func(), err error) {
	v.mainRevoked.Store(true)
	return func() { v.mainRevoked.Store(false) }, nil
}

// takes makes the vendor slower.
func takes(d time.Duration) fault {
	return answers(func(v *vendor) handler { return after(d, v.standIn).ServeHTTP })
}
