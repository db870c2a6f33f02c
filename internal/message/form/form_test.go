package form

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"mime/multipart"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/message/contract"
	"github.com/liveness-gateway/gateway/internal/providers"
)

// formBody joins lines with CR LF.
func formBody(lines ...string) string { return strings.Join(lines, "\r\n") }

// goodForm is a form with the boundary "b".
var goodForm = formBody("--b", `Content-Disposition: form-data; name="request"`, "Content-Type: application/json", "", "{}",
	"--b", `Content-Disposition: form-data; name="photos"; filename="a.jpg"`, "Content-Type: image/jpeg", "", "\xff\xd8\r\n\r\n--", "--b--", "")

func TestSplitForm(t *testing.T) {
	parts, refused := Split(t.Context(), []byte(goodForm), "b")
	require.Nil(t, refused)
	require.Equal(t, []Part{
		{"request", []byte("{}")},
		{"photos", []byte("\xff\xd8\r\n\r\n--")},
	}, parts)
}

// What is around the form is passed over (RFC 2046, section 5.1.1).
func TestSplitFormWithPreambleAndEpilogue(t *testing.T) {
	want, refused := Split(t.Context(), []byte(goodForm), "b")
	require.Nil(t, refused)
	end := strings.TrimSuffix(goodForm, "\r\n")
	for name, body := range map[string]string{
		"an empty line":              "\r\n" + goodForm,
		"a preamble":                 "This is a message in MIME format.\r\n" + goodForm,
		"one as long as a piece":     strings.Repeat("x", contract.CheckEvery-3) + "\r\n" + goodForm,
		"an epilogue":                goodForm + "epilogue",
		"another form as epilogue":   goodForm + goodForm,
		"white space behind the end": end + " \t\r\nepilogue",
	} {
		t.Run(name, func(t *testing.T) {
			parts, refused := Split(t.Context(), []byte(body), "b")
			require.Nil(t, refused)
			require.Equal(t, want, parts)
		})
	}
}

// A delimiter is found wherever it is between the pieces that are looked through.
func TestSplitFormAroundPieces(t *testing.T) {
	for length := contract.CheckEvery - 20; length < contract.CheckEvery+20; length++ {
		content := strings.Repeat("x", length)
		parts, refused := Split(t.Context(), []byte(formBody("--b", "Content-Disposition: form-data; name=photos", "", content, "--b--")), "b")
		require.Nil(t, refused)
		require.Equal(t, content, string(parts[0].Content))
	}
}

func TestSplitFormWhoseCallerHasLeft(t *testing.T) {
	ctx, leave := context.WithCancel(t.Context())
	leave()
	_, refused := Split(ctx, []byte(goodForm), "b")
	require.Equal(t, providers.CallerCancelled, refused.Reason)
}

func TestSplitFormHeaders(t *testing.T) {
	for name, c := range map[string]struct {
		header string
		want   Part
	}{
		"bare name":            {"Content-Disposition: form-data; name=photos", Part{Name: "photos"}},
		"other case":           {"content-disposition:FORM-DATA;NAME=\"photos\"\r\nCONTENT-TYPE:Image/JPEG", Part{Name: "photos"}},
		"parameters":           {"Content-Type: application/json; charset=utf-8\r\nContent-Disposition: form-data; name=request", Part{Name: "request"}},
		"a file's name":        {`Content-Disposition: form-data; name="photos"; filename="a;\"b\".jpg"`, Part{Name: "photos"}},
		"a name of semicolons": {`Content-Disposition: form-data; name="photos"; filename=";;;;;;;;;\";;;;"`, Part{Name: "photos"}},
		"in UTF-8":             {`Content-Disposition: form-data; name="photos"; filename="张三.jpg"`, Part{Name: "photos"}},
		"encoded":              {`Content-Disposition: form-data; name="photos"; filename*=UTF-8''%E5%BC%A0.jpg`, Part{Name: "photos"}},
		"the name encoded":     {`Content-Disposition: form-data; name*=utf-8''photos`, Part{Name: "photos"}},
		"an escaped name":      {`Content-Disposition: form-data; name="pho\"tos"`, Part{Name: `pho"tos`}},
		"fields of no meaning": {"Content-Length: 7\r\nX-Other:\tx\r\nContent-Disposition: form-data; name=photos\r\nMIME-Version: 1.0", Part{Name: "photos"}},
		"binary":               {"Content-Transfer-Encoding: Binary\r\nContent-Disposition: form-data; name=photos", Part{Name: "photos"}},
	} {
		t.Run(name, func(t *testing.T) {
			parts, refused := Split(t.Context(), []byte("--b\r\n"+c.header+"\r\n\r\ncontent\r\n--b--"), "b")
			require.Nil(t, refused)
			c.want.Content = []byte("content")
			require.Equal(t, []Part{c.want}, parts)
		})
	}
}

func TestSplitMalformedForm(t *testing.T) {
	disposition := "Content-Disposition: form-data; name=photos"
	onePart := func(header string) string { return formBody("--b", header, "", "SECRET", "--b--", "") }
	const (
		begin  = "the form does not have its boundary"
		header = "the form has a part without a valid header of at most 4 KiB"
		noEnd  = "the form has a part without an end"
	)
	for name, c := range map[string]struct{ body, says string }{
		"empty":                      {"", begin},
		"JSON":                       {`{"subjectId": "SECRET"}`, begin},
		"another boundary":           {strings.ReplaceAll(goodForm, "--b", "--SECRET"), begin},
		"a longer end":               {strings.TrimSuffix(goodForm, "\r\n") + "SECRET", "the form has a boundary that is longer than its own"},
		"no line's end":              {"--b", header},
		"a longer boundary":          {"--bSECRET\r\n" + disposition + "\r\n\r\n\r\n--b--", header},
		"white space behind it":      {"--b \r\n" + disposition + "\r\n\r\n\r\n--b--", header},
		"LF alone":                   {strings.ReplaceAll(goodForm, "\r\n", "\n"), header},
		"no header":                  {formBody("--b", "", "SECRET", "--b--"), header},
		"no name":                    {onePart("Content-Type: image/jpeg"), header},
		"an empty name":              {onePart(`Content-Disposition: form-data; name=""`), header},
		"no form-data":               {onePart("Content-Disposition: attachment; name=photos"), header},
		"two names":                  {onePart("Content-Disposition: form-data; name=photos; name=SECRET"), header},
		"the field twice":            {onePart(disposition + "\r\n" + disposition), header},
		"two types":                  {onePart(disposition + "\r\nContent-Type: a/b\r\nContent-Type: a/b"), header},
		"a broken disposition":       {onePart(`Content-Disposition: form-data; name="SECRET`), header},
		"no colon":                   {onePart(disposition + "\r\nSECRET"), header},
		"a folded line":              {onePart("Content-Disposition: form-data;\r\n name=photos"), header},
		"a control character":        {onePart(disposition + "\x00"), header},
		"a blank in a field's name":  {onePart("Content-Disposition : form-data; name=photos"), header},
		"base64":                     {onePart(disposition + "\r\nContent-Transfer-Encoding: base64"), header},
		"quoted-printable":           {onePart(disposition + "\r\nContent-Transfer-Encoding: quoted-printable"), header},
		"a header that does not end": {"--b\r\n" + disposition + "\r\n--b--\r\n", header},
		"a header too long":          {onePart(disposition + "\r\nX: " + strings.Repeat("x", 4<<10)), header},
		"cut off in the content":     {goodForm[:len(goodForm)-10], noEnd},
		"cut off behind a boundary":  {strings.TrimSuffix(goodForm, "--\r\n"), header},
		"a boundary in the content":  {formBody("--b", disposition, "", "x", "--bSECRET", "--b--"), header},
		"content without a line":     {formBody("--b", disposition, "", "--b--"), noEnd},
		"too many fields":            {onePart(strings.Repeat("X: y\r\n", 16) + disposition), header},
		"too many parameters":        {onePart(disposition + strings.Repeat("; a=b", 9)), header},
		"too many parts":             {strings.Repeat("--b\r\n"+disposition+"\r\n\r\nx\r\n", 9) + "--b--", "the form has more than 8 parts"},
	} {
		t.Run(name, func(t *testing.T) {
			_, refused := Split(t.Context(), []byte(c.body), "b")
			require.EqualError(t, refused, "INVALID_REQUEST: "+c.says)
		})
	}
}

// splitByLibrary reads the form with mime/multipart.
func splitByLibrary(body []byte, boundary string) ([]Part, error) {
	reader := multipart.NewReader(bytes.NewReader(body), boundary)
	var parts []Part
	for {
		next, err := reader.NextRawPart()
		if errors.Is(err, io.EOF) {
			return parts, nil
		}
		if err != nil {
			return nil, err
		}
		content, err := io.ReadAll(next)
		if err != nil {
			return nil, err
		}
		parts = append(parts, Part{Name: next.FormName(), Content: content})
	}
}

// Every form that is taken is the same to mime/multipart.
func FuzzSplitForm(f *testing.F) {
	for _, body := range []string{
		goodForm, "--b--", "--b\r\n\r\n--b--", strings.ReplaceAll(goodForm, "{}", "\r\n--bx\r\n"),
		strings.ReplaceAll(goodForm, `"photos"`, `"pho\"t\\os"`), strings.ReplaceAll(goodForm, "photos", "张三"),
		strings.ReplaceAll(goodForm, "; name=\"photos\"", "; name*0=pho; name*1=tos"), strings.ReplaceAll(goodForm, "\r\n", "\n"),
	} {
		f.Add([]byte(body), "b")
	}
	f.Add([]byte(strings.Repeat("x", 5000)+"\r\n"+goodForm), "b")
	f.Add([]byte("--b-\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n--b---"), "b-")
	f.Fuzz(func(t *testing.T, body []byte, boundary string) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		parts, refused := Split(t.Context(), body, boundary)
		runtime.ReadMemStats(&after)
		require.LessOrEqual(t, after.TotalAlloc-before.TotalAlloc, uint64(2*len(body)+64<<10))
		if refused != nil || boundary == "" || len(parts) == 0 {
			return
		}
		want, err := splitByLibrary(body, boundary)
		if errors.Is(err, bufio.ErrBufferFull) {
			return // it passes over a preamble only of lines below 4 KiB
		}
		require.NoError(t, err)
		require.Len(t, parts, len(want))
		for i := range want {
			require.Equal(t, want[i].Name, parts[i].Name)
			require.True(t, bytes.Equal(want[i].Content, parts[i].Content))
		}
	})
}

// Every form that mime/multipart writes is taken as it was meant.
func FuzzSplitWrittenForm(f *testing.F) {
	f.Add("request", "a.jpg", []byte("{}"), []byte("\r\n--"))
	f.Add(`a"\b`, "张\r\n三", []byte{}, bytes.Repeat([]byte("\r\n"), 100))
	f.Add(";;;;;;;;;", `;";";";";";";";";";"`, []byte{}, []byte{})
	f.Fuzz(func(t *testing.T, name, filename string, first, second []byte) {
		var body bytes.Buffer
		writer := multipart.NewWriter(&body)
		field, err := writer.CreateFormField("request")
		require.NoError(t, err)
		_, _ = field.Write(first)
		file, err := writer.CreateFormFile(name, filename)
		require.NoError(t, err)
		_, _ = file.Write(second)
		require.NoError(t, writer.Close())

		parts, refused := Split(t.Context(), body.Bytes(), writer.Boundary())
		want, err := splitByLibrary(body.Bytes(), writer.Boundary())
		if err != nil || want[1].Name == "" || len(name)+len(filename) > 1000 {
			return // a name that the library cannot read back
		}
		if refused != nil {
			require.True(t, strings.ContainsFunc(name+filename, isControl), "refused a form without control characters")
			return
		}
		require.Len(t, parts, 2)
		require.True(t, bytes.Equal(first, parts[0].Content) && bytes.Equal(second, parts[1].Content))
		require.Equal(t, want[1].Name, parts[1].Name)
	})
}

func BenchmarkSplit(b *testing.B) {
	photo := strings.Repeat("\xff\xd8\r\n--", 1<<20/6)
	part := formBody("--b", "Content-Disposition: form-data; name=photos", "", photo, "")
	body := []byte(part + part + part + "--b--")
	b.Run("in place", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = Split(b.Context(), body, "b")
		}
	})
	b.Run("library", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = splitByLibrary(body, "b")
		}
	})
}
