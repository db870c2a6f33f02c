package photo

import (
	"bufio"
	"encoding/binary"
	"hash/crc32"
	"image"
	"io"
)

const pngSignature = "\x89PNG\r\n\x1a\n"

// pngSize reads the chunks of a PNG, ISO/IEC 15948, section 5: IHDR first, which has the
// size, at least one IDAT, and IEND last.
func pngSize(file *bufio.Reader) (image.Point, error) {
	var size image.Point
	if _, err := file.Discard(len(pngSignature)); err != nil {
		return size, err
	}
	for hasData := false; ; {
		name, start, err := pngChunk(file)
		switch {
		case err != nil:
			return size, err
		case size == image.Point{}:
			if name != "IHDR" {
				return size, errDamaged
			}
			size.X, size.Y = int(binary.BigEndian.Uint32(start[:4])), int(binary.BigEndian.Uint32(start[4:]))
		case name == "IDAT":
			hasData = true
		case name == "IEND" && hasData:
			return size, nil
		case name == "IEND":
			return size, errDamaged
		}
	}
}

// pngChunk reads a chunk and returns its name and its first eight bytes.
func pngChunk(file *bufio.Reader) (name string, start [8]byte, err error) {
	var head [8]byte
	if _, err = io.ReadFull(file, head[:]); err != nil {
		return "", start, err
	}
	length := int64(binary.BigEndian.Uint32(head[:4]))
	sum := crc32.NewIEEE()
	_, _ = sum.Write(head[4:]) // a hash takes everything
	if peeked, _ := file.Peek(int(min(length, int64(len(start))))); len(peeked) > 0 {
		copy(start[:], peeked)
	}
	if _, err = io.CopyN(sum, file, length); err != nil {
		return "", start, err
	}
	var want [4]byte
	if _, err = io.ReadFull(file, want[:]); err == nil && binary.BigEndian.Uint32(want[:]) != sum.Sum32() {
		err = errDamaged
	}
	return string(head[4:]), start, err
}
