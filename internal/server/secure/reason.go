package secure

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
)

// reason is why a handshake failed.
type reason int

const (
	other              reason = iota
	notTLS                    // plaintext, or anything else
	noCommonProtocol          // version, cipher suite, or protocol by ALPN
	noCertificate             // the client shows none, and must
	certificateExpired        // the client's, or it is not valid yet
	certificateUnknown        // no authority of the listener vouches for the client's
	certificateInvalid        // the client's is not for clients, or is broken
	refusedByClient           // it does not trust the listener's certificate, mostly
	left                      // before the handshake was done
	tooSlow
	gaveWay // to another, at server.MaxHandshakes
	reasons
)

var reasonNames = [reasons]string{
	"other", "not_tls", "no_common_protocol", "no_certificate", "certificate_expired", "certificate_unknown_authority",
	"certificate_invalid", "refused_by_client", "client_left", "too_slow", "gave_way",
}

// said are errors for which crypto/tls has no type, by how their text begins.
var said = []struct {
	text string
	reason
}{
	{"tls: client didn't provide a certificate", noCertificate},
	{"tls: client offered only unsupported versions", noCommonProtocol},
	{"tls: no cipher suite supported by both", noCommonProtocol},
	{"tls: client requested unsupported application protocols", noCommonProtocol},
	{"tls: no key exchanges supported by both", noCommonProtocol},
}

// reasonOf classifies the error of a handshake. Its text may repeat what the client sent, so it is
// not passed on.
func reasonOf(err error) reason {
	var record tls.RecordHeaderError
	var refused *tls.CertificateVerificationError
	var network *net.OpError
	switch {
	case errors.Is(err, errNoHTTP2):
		return noCommonProtocol
	case errors.As(err, &record):
		return notTLS
	case errors.As(err, &refused):
		return certificateReason(refused.Err)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return tooSlow
	case errors.Is(err, net.ErrClosed), errors.Is(err, io.ErrClosedPipe):
		return gaveWay
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return left
	case errors.As(err, &network) && network.Op == "remote error":
		return refusedByClient
	}
	for _, s := range said {
		if strings.HasPrefix(err.Error(), s.text) {
			return s.reason
		}
	}
	return other
}

func certificateReason(err error) reason {
	var invalid x509.CertificateInvalidError
	var unknown x509.UnknownAuthorityError
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return certificateExpired
	case errors.As(err, &unknown):
		return certificateUnknown
	default:
		return certificateInvalid
	}
}
