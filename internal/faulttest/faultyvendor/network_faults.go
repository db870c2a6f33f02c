package faultyvendor

import (
	"crypto/tls"
	"net"
	"time"
)

// Fault makes a vendor fail until end is called.
type Fault func(v *Vendor) (end func(), err error)

// Nothing is wrong with the vendor: what is to be endured comes from elsewhere.
func Nothing(*Vendor) (end func(), err error) { return func() {}, nil }

// Refuse closes the listening socket and every connection.
func Refuse(v *Vendor) (end func(), err error) {
	v.listener.close()
	v.listener.disconnect()
	return func() { _ = v.listener.open() }, nil // the row's recovery tells if it did not
}

// KeepSilent accepts connections and never answers, not even the TLS handshake.
func KeepSilent(v *Vendor) (end func(), err error) {
	unblock := v.listener.block(false)
	v.listener.disconnect()
	return func() {
		unblock()
		v.listener.disconnect()
	}, nil
}

// FillQueue accepts no connection until no more can wait for it.
func FillQueue(v *Vendor) (end func(), err error) {
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

// PresentExpired shows a certificate that has expired.
func PresentExpired(v *Vendor) (end func(), err error) { return present(v, &v.authority.expired) }

// PresentOtherName shows a certificate of another name.
func PresentOtherName(v *Vendor) (end func(), err error) {
	return present(v, &v.authority.otherName)
}

// present shows another certificate on new connections, and ends those that there are.
func present(v *Vendor, other *tls.Certificate) (end func(), err error) {
	v.certificate.Store(other)
	v.listener.disconnect()
	return func() { v.certificate.Store(&v.authority.valid) }, nil
}

// Revoke takes the first n of the vendor's credentials away.
func Revoke(n int32) Fault {
	return func(v *Vendor) (end func(), err error) {
		v.revoked.Store(n)
		return func() { v.revoked.Store(0) }, nil
	}
}

// Takes makes the vendor slower.
func Takes(d time.Duration) Fault {
	return answers(func(v *Vendor) handler { return after(d, v.standIn).ServeHTTP })
}
