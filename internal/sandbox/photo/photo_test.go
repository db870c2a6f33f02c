package photo

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// A noisy picture makes scans with 0xff in them.
func noise(width, height int) image.Image {
	picture := image.NewNRGBA(image.Rect(0, 0, width, height))
	for i := range width * height {
		picture.Set(i%width, i/width, color.NRGBA{uint8(i * 97), uint8(i * 31), uint8(i * i), 255})
	}
	return picture
}

func pngFile(t *testing.T, picture image.Image) []byte {
	t.Helper()
	var file bytes.Buffer
	require.NoError(t, png.Encode(&file, picture))
	return file.Bytes()
}

func jpegFile(t *testing.T, picture image.Image) []byte {
	t.Helper()
	var file bytes.Buffer
	require.NoError(t, jpeg.Encode(&file, picture, &jpeg.Options{Quality: 100}))
	return file.Bytes()
}

func TestPhotoSize(t *testing.T) {
	large := jpegFile(t, noise(300, 200))
	require.Contains(t, string(large), "\xff\x00", "the picture has no scan that tests anything")
	filled := slices.Concat(large[:2], []byte{0xff, 0xff}, large[2:])
	restart := bytes.Replace(large, []byte("\xff\x00"), []byte("\xff\xd3"), 1)

	for name, c := range map[string]struct {
		file []byte
		want image.Point
	}{
		"PNG":                         {pngFile(t, noise(17, 5)), image.Pt(17, 5)},
		"PNG in grey":                 {pngFile(t, image.NewGray(image.Rect(0, 0, 4097, 1))), image.Pt(4097, 1)},
		"PNG and more":                {append(pngFile(t, noise(17, 5)), "trailer"...), image.Pt(17, 5)},
		"JPEG":                        {large, image.Pt(300, 200)},
		"JPEG in grey":                {jpegFile(t, image.NewGray(image.Rect(0, 0, 8, 9))), image.Pt(8, 9)},
		"JPEG and more":               {append(slices.Clone(large), "trailer"...), image.Pt(300, 200)},
		"JPEG with fill bytes":        {filled, image.Pt(300, 200)},
		"JPEG with a restart":         {restart, image.Pt(300, 200)},
		"JPEG without a scan":         {[]byte("\xff\xd8\xff\xc0\x00\x0b\x08\x00\x01\x00\x01\x01\x01\x11\x00\xff\xd9"), image.Point{}},
		"JPEG of a bad segment":       {[]byte("\xff\xd8\xff\xe0\x00\x01\xff\xd9"), image.Point{}},
		"JPEG with rubbish in it":     {slices.Concat(large[:2], []byte("?"), large[2:]), image.Point{}},
		"PNG without data":            {without(t, pngFile(t, noise(2, 2)), "IDAT"), image.Point{}},
		"PNG without a header":        {without(t, pngFile(t, noise(2, 2)), "IHDR"), image.Point{}},
		"PNG without an end":          {without(t, pngFile(t, noise(2, 2)), "IEND"), image.Point{}},
		"GIF":                         {[]byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), image.Point{}},
		"WebP":                        {[]byte("RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"), image.Point{}},
		"text":                        {[]byte("no photo"), image.Point{}},
		"nothing":                     {nil, image.Point{}},
		"two bytes, as a JPEG begins": {[]byte("\xff\xd8"), image.Point{}},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.want, Size(bytes.NewReader(c.file)))
		})
	}
}

// without cuts one chunk out of a small PNG.
func without(t *testing.T, file []byte, name string) []byte {
	t.Helper()
	at := bytes.Index(file, []byte(name)) - 4
	require.Positive(t, at)
	length := int(file[at+3]) + 12
	return slices.Concat(file[:at], file[at+length:])
}

func TestPhotoCutShortAnywhere(t *testing.T) {
	for _, file := range [][]byte{pngFile(t, noise(9, 9)), jpegFile(t, noise(9, 9))} {
		for length := range file {
			require.Zero(t, Size(bytes.NewReader(file[:length])), "%d of %d bytes", length, len(file))
		}
	}
}

func TestEveryDamagedByteOfAPNG(t *testing.T) {
	file := pngFile(t, noise(9, 9))
	for i := range file {
		damaged := slices.Clone(file)
		damaged[i] ^= 0x10
		require.Zero(t, Size(bytes.NewReader(damaged)), "byte %d", i)
	}
}

// What is wrong in the middle of a JPEG may go unnoticed, but not end the stand-in.
func TestEveryDamagedByteOfAJPEG(t *testing.T) {
	file := jpegFile(t, noise(9, 9))
	for i := range file {
		for _, to := range []byte{0, 0xff, 0xda, 0xd9} {
			damaged := slices.Clone(file)
			damaged[i] = to
			size := Size(bytes.NewReader(damaged))
			require.False(t, size.X < 0 || size.Y < 0)
		}
	}
}
