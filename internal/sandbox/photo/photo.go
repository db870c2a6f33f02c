// Package photo finds out whether a file is a whole photo, and its size. It knows nothing
// of where the file comes from.
package photo

import (
	"bufio"
	"errors"
	"image"
	"io"
	"strings"
)

// errDamaged says that a photo is unreadable, as io.ErrUnexpectedEOF does.
var errDamaged = errors.New("the photo is damaged")

// Size reads a photo to its last byte and returns its size in pixels, 0 by 0 if it
// is neither a PNG nor a JPEG, or one "damaged" (数据破损, as PC-GetToken has it). The
// picture is not decoded: that would take gigabytes for a few crafted kilobytes. So
// damage is found where a file has it to be found: everywhere in a PNG, which has
// checksums, and in the structure of a JPEG.
func Size(r io.Reader) image.Point {
	file := bufio.NewReader(r)
	start, _ := file.Peek(len(pngSignature))
	var size image.Point
	var err error
	switch {
	case string(start) == pngSignature:
		size, err = pngSize(file)
	case strings.HasPrefix(string(start), jpegSignature):
		size, err = jpegSize(file)
	}
	if err != nil {
		return image.Point{}
	}
	return size
}
