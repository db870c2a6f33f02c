package routing

import (
	"hash/maphash"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing/guard"
	"github.com/liveness-gateway/gateway/internal/routing/route"
)

// texts are the fields with whose values a caller can make a vendor fail. Other fields have a few fixed
// values.
var texts = providers.FieldSet(
	providers.FieldSubjectID, providers.FieldReference, providers.FieldIdentityDocument, providers.FieldPhotos,
	providers.FieldReturnURL, providers.FieldNotifyURL, providers.FieldExtraData,
	providers.FieldClientMetadata, providers.FieldDeviceID,
)

// sourceSeed differs in each process, so that nobody can construct two sources with the same hash.
var sourceSeed = maphash.MakeSeed()

// sourceFor returns whose values are sent to the target.
func (c *call) sourceFor(target *route.Target) guard.Source {
	if (target.Product.Honours|target.Product.Identity)&texts == 0 {
		return guard.Nobody
	}
	if c.source == guard.Nobody {
		c.source = sourceOf(c.query.Caller, c.query.Request)
	}
	return c.source
}

// sourceOf returns a hash of the caller and of the user whom the request is about, or else of the
// request's texts. A request with photos always has one of these.
func sourceOf(caller string, r *providers.Request) guard.Source {
	var hash maphash.Hash
	hash.SetSeed(sourceSeed)
	empty := true
	add := func(text string) {
		empty = empty && text == ""
		_, _ = hash.WriteString(text)
		_ = hash.WriteByte(0) // which no text contains
	}
	add(r.SubjectID.Reveal())
	if !empty {
		_, _ = hash.WriteString(caller)
		return guard.Source(hash.Sum64())
	}
	add(r.Reference)
	if document := r.IdentityDocument; document != nil {
		add(document.Name.Reveal())
		add(document.Number.Reveal())
	}
	add(r.ReturnURL.Reveal())
	add(r.NotifyURL.Reveal())
	add(r.ExtraData.Reveal())
	add(r.ClientMetadata.Reveal())
	add(r.DeviceID.Reveal())
	if empty {
		return guard.Nobody
	}
	_, _ = hash.WriteString(caller)
	return guard.Source(hash.Sum64())
}
