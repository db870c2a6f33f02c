package callers

import (
	"crypto/x509"
	"encoding/asn1"
)

// certificates are the callers by the names in their certificates.
type certificates struct{ uris, dnsNames map[string]*Caller }

// Kinds of GeneralName (RFC 5280, section 4.2.1.6).
const (
	nameDNS = 2
	nameURI = 6
)

var subjectAltName = asn1.ObjectIdentifier{2, 5, 29, 17}

// callerOf returns the caller that the certificate's subject alternative names name. They are
// compared byte by byte; crypto/x509 would return a URI in the spelling of net/url. Names that no
// caller has are ignored, because certificates name hosts too. If they name two callers, the
// certificate is refused.
func (c *certificates) callerOf(certificate *x509.Certificate) (*Caller, Fault) {
	var found *Caller
	for _, extension := range certificate.Extensions {
		if !extension.Id.Equal(subjectAltName) {
			continue
		}
		var names asn1.RawValue
		if _, err := asn1.Unmarshal(extension.Value, &names); err != nil {
			return nil, CertificateUnknown
		}
		for rest := names.Bytes; len(rest) > 0; {
			var name asn1.RawValue
			var err error
			if rest, err = asn1.Unmarshal(rest, &name); err != nil {
				return nil, CertificateUnknown
			}
			named := c.named(&name)
			if named != nil && found != nil && named != found {
				return nil, DifferentCallers
			}
			if named != nil {
				found = named
			}
		}
	}
	if found == nil {
		return nil, CertificateUnknown
	}
	return found, ""
}

func (c *certificates) named(name *asn1.RawValue) *Caller {
	switch {
	case name.Class != asn1.ClassContextSpecific:
		return nil
	case name.Tag == nameURI:
		return c.uris[string(name.Bytes)]
	case name.Tag == nameDNS:
		return c.dnsNames[string(name.Bytes)]
	default:
		return nil
	}
}
