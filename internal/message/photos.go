package message

import (
	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

// Photos travel beside the message, from where they were received to the vendor without
// a copy. In the message a placeholder, the photo's first byte, takes the place of each,
// so that its rules can be checked.

// TakePhotos takes the photos out of a message that holds them in memory of its own.
func TakePhotos(message *livenessv1.IssueLivenessTokenRequest) []sensitive.Bytes {
	return takePhotos(message, sensitive.GarbageCollected{})
}

// takePhotos takes the photos, which are in the memory, out of the message: that may be held
// for longer.
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
