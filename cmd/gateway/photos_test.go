package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// moodyVendors answers, fails, closes the connection, or reads nothing more, and checks
// as much of the photos as it reads: each is made of one and the same byte.
type moodyVendors struct {
	t      *testing.T
	photos atomic.Int64
}

func (v *moodyVendors) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	mood := rand.IntN(8)
	switch mood {
	case 0: // answers without reading
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	case 1: // reads nothing, and longer than the gateway waits
		time.Sleep(time.Duration(rand.IntN(3000)) * time.Millisecond)
		panic(http.ErrAbortHandler)
	}
	form, err := r.MultipartReader()
	if !assert.NoError(v.t, err) {
		return
	}
	for part, err := form.NextPart(); err == nil; part, err = form.NextPart() {
		if !strings.HasPrefix(part.FormName(), "image_ref") {
			continue
		}
		content, _ := io.ReadAll(part) // what came of it, if it is cut off
		assert.True(v.t, len(content) == 0 || len(content) == bytes.Count(content, content[:1]), "a photo holds bytes of another")
		v.photos.Add(1)
		if mood == 2 {
			panic(http.ErrAbortHandler)
		}
	}
	if mood == 3 {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	_, _ = io.WriteString(w, `{"token":"t-1","expired_time":4102444800}`)
}

// photosOf returns a call with three photos of that many bytes, as JSON or as a form.
func photosOf(size int, filling byte, asForm bool) (contentType string, body []byte) {
	const request = `{"flow": "FLOW_HOSTED_PAGE", "subjectId": "user-1",
		"callback": {"returnUrl": "https://a.example/r", "notifyUrl": "https://a.example/n"}, "comparison": {"photos": [%s]}}`
	photo := bytes.Repeat([]byte{filling}, size)
	if !asForm {
		text := `{"content": "` + base64.StdEncoding.EncodeToString(photo) + `"}`
		return "application/json", fmt.Appendf(nil, request, text+","+text+","+text)
	}
	var form bytes.Buffer
	writer := multipart.NewWriter(&form)
	_ = writer.WriteField("request", fmt.Sprintf(request, ""))
	for range 3 {
		part, _ := writer.CreateFormFile("photos", "photo.jpg")
		_, _ = part.Write(photo)
	}
	_ = writer.Close()
	return writer.FormDataContentType(), form.Bytes()
}

// The memory of a call's photos is used for the next call's. Whatever becomes of a call
// and of the vendors that it is sent to, no vendor gets a byte of another call's.
func TestPhotosAreNeverThoseOfAnotherCall(t *testing.T) {
	vendors := &moodyVendors{t: t}
	server := httptest.NewServer(vendors)
	t.Cleanup(server.Close)
	config, err := os.ReadFile("testdata/parity/gateway.yaml")
	require.NoError(t, err)
	g, _ := startGateway(t, strings.ReplaceAll(string(config), "4s", "2s"), server.URL, io.Discard)

	var callers sync.WaitGroup
	var issued atomic.Int64
	for caller := range 4 {
		callers.Go(func() {
			for call := range 12 {
				contentType, body := photosOf(1_500_000, byte(4*call+caller), call%2 == 0)
				ctx, leave := context.WithTimeout(t.Context(), time.Duration(100+rand.IntN(3000))*time.Millisecond)
				if sendPhotos(ctx, g.restURL(), contentType, body) == http.StatusOK {
					issued.Add(1)
				}
				leave()
			}
		})
	}
	callers.Wait()
	require.Positive(t, issued.Load())
	require.Positive(t, vendors.photos.Load())
}

// sendPhotos returns the status of the answer, 0 if there was none in time.
func sendPhotos(ctx context.Context, url, contentType string, body []byte) int {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return 0
	}
	request.Header.Set("Content-Type", contentType)
	answer, err := (&http.Client{}).Do(request)
	if err != nil {
		return 0
	}
	_, _ = io.Copy(io.Discard, answer.Body)
	_ = answer.Body.Close()
	return answer.StatusCode
}
