package message

import (
	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// Photos travel beside the message, without a copy from where they were received to the vendor. In
// the message each leaves a placeholder, its first byte, so that the contract's rules can be checked.

// TakePhotos takes the photos out of a message that owns their memory.
func TakePhotos(message *livenessv1.IssueLivenessTokenRequest) []sensitive.Bytes {
	return takePhotos(message, sensitive.GarbageCollected{})
}

// takePhotos takes the photos, which are in memory, out of the message, which may outlive it.
func takePhotos(message *livenessv1.IssueLivenessTokenRequest, memory sensitive.Memory) []sensitive.Bytes {
	all := message.GetComparison().GetPhotos()
	if len(all) == 0 {
		return nil
	}
	photos := make([]sensitive.Bytes, len(all))
	for i, photo := range all {
		photos[i] = sensitive.Borrow(memory, photo.GetContent())
		photo.Content = append([]byte(nil), photo.GetContent()[:min(1, len(photo.GetContent()))]...)
	}
	return photos
}
