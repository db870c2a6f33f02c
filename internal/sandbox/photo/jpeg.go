package photo

import (
	"bufio"
	"encoding/binary"
	"errors"
	"image"
	"io"
)

const jpegSignature = "\xff\xd8"

// Markers of a JPEG, ITU-T T.81, table B.1.
const (
	jpegSOF0, jpegSOF15             = 0xc0, 0xcf
	jpegDHT, jpegExtension, jpegDAC = 0xc4, 0xc8, 0xcc // among SOF0 to SOF15, and no frame headers
	jpegRST0, jpegRST7              = 0xd0, 0xd7
	jpegEOI, jpegSOS                = 0xd9, 0xda
)

// jpegSize reads the segments of a JPEG: a frame header, which has the size, at least
// one scan, and EOI last.
func jpegSize(file *bufio.Reader) (image.Point, error) {
	var size image.Point
	if _, err := file.Discard(len(jpegSignature)); err != nil {
		return size, err
	}
	hasScan := false
	marker, err := jpegMarker(file)
	for err == nil && marker != jpegEOI {
		var start [5]byte
		if start, err = jpegSegment(file); err != nil {
			break
		}
		if isFrameHeader(marker) {
			// Section B.2.2: precision, number of lines, samples per line.
			size.Y, size.X = int(binary.BigEndian.Uint16(start[1:])), int(binary.BigEndian.Uint16(start[3:]))
		}
		if marker == jpegSOS {
			hasScan = true
			marker, err = jpegScan(file)
			continue
		}
		marker, err = jpegMarker(file)
	}
	if err == nil && !hasScan {
		err = errDamaged
	}
	return size, err
}

func isFrameHeader(marker byte) bool {
	return marker >= jpegSOF0 && marker <= jpegSOF15 &&
		marker != jpegDHT && marker != jpegExtension && marker != jpegDAC
}

// jpegMarker reads the next marker.
func jpegMarker(file *bufio.Reader) (byte, error) {
	first, err := file.ReadByte()
	if err != nil {
		return 0, err
	}
	if first != 0xff {
		return 0, errDamaged
	}
	return jpegMarkerCode(file)
}

// jpegMarkerCode reads what follows the 0xff of a marker; more of them may.
func jpegMarkerCode(file *bufio.Reader) (code byte, err error) {
	for code = 0xff; code == 0xff && err == nil; {
		code, err = file.ReadByte()
	}
	return code, err
}

// jpegSegment reads a segment and returns its first five bytes.
func jpegSegment(file *bufio.Reader) (start [5]byte, err error) {
	var length [2]byte
	if _, err = io.ReadFull(file, length[:]); err != nil {
		return start, err
	}
	rest := int(binary.BigEndian.Uint16(length[:])) - len(length) // the length counts itself
	if rest < 0 {
		return start, errDamaged
	}
	peeked, _ := file.Peek(min(rest, len(start)))
	copy(start[:], peeked)
	_, err = file.Discard(rest)
	return start, err
}

// jpegScan reads a scan and returns the marker behind it. Within it 0xff is followed by
// 0 or is one of the markers that restart it.
func jpegScan(file *bufio.Reader) (byte, error) {
	for {
		_, err := file.ReadSlice(0xff)
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil {
			return 0, err
		}
		code, err := jpegMarkerCode(file)
		if err != nil || code != 0 && (code < jpegRST0 || code > jpegRST7) {
			return code, err
		}
	}
}
