package traffic

import (
	"bytes"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"sync"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
)

// photo is a JPEG of noise, some tens of KiB.
var photo = sync.OnceValue(func() []byte {
	const side, quality = 256, 90
	picture := image.NewGray(image.Rect(0, 0, side, side))
	random := rand.New(rand.NewPCG(1, 2))
	for i := range picture.Pix {
		picture.Pix[i] = byte(random.Uint32())
	}
	var file bytes.Buffer
	_ = jpeg.Encode(&file, picture, &jpeg.Options{Quality: quality}) // a buffer takes all
	return file.Bytes()
})

func photos(n int) []*livenessv1.Photo {
	all := make([]*livenessv1.Photo, n)
	for i := range all {
		all[i] = &livenessv1.Photo{Content: photo()}
	}
	return all
}
