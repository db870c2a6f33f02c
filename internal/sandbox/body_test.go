package sandbox_test

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/sandbox/requests"
	"github.com/liveness-gateway/gateway/internal/sandbox/samples"
)

func urlencoded(r requests.Request) []byte {
	values := url.Values{}
	for _, f := range r.Fields {
		values.Add(f.Name, f.Text)
	}
	return []byte(values.Encode())
}

func TestBodiesThatCarryNoParameters(t *testing.T) {
	const form = "application/x-www-form-urlencoded"
	pcWeb := samples.PCWeb()
	multipartType, whole := pcWeb.Multipart(t)
	crowded := pcWeb.Edited()
	for i := range 100 {
		crowded.Fields = append(crowded.Fields, requests.Field{Name: strconv.Itoa(i), Text: "x"})
	}
	crowdedType, crowd := crowded.Multipart(t)
	noKey := samples.MegviiFailed("MISSING_ARGUMENTS: api_key")

	for _, c := range []struct {
		name, path, contentType string
		body                    []byte
		answer                  string
	}{
		{"app-v5 urlencoded", samples.AppV5().Path, form, urlencoded(samples.AppV5()), samples.AppV5Failed("MISSING_ARGUMENTS: sign")},
		{"h5-flash urlencoded", samples.H5Flash(t).Path, form, urlencoded(samples.H5Flash(t)), samples.MegviiFailed("MISSING_ARGUMENTS:api_key")},
		{"JSON", pcWeb.Path, "application/json", []byte(`{"api_key":"x"}`), noKey},
		{"no media type", pcWeb.Path, "", urlencoded(pcWeb), noKey},
		{"no boundary", pcWeb.Path, "multipart/form-data", whole, noKey},
		{"other boundary", pcWeb.Path, "multipart/form-data; boundary=other", whole, noKey},
		{"final boundary cut short", pcWeb.Path, multipartType, whole[:len(whole)-4], noKey},
		{"value cut short", pcWeb.Path, multipartType, whole[:len(whole)/2], noKey},
		{"too many parts", pcWeb.Path, crowdedType, crowd, noKey},
		{"bad escape", pcWeb.Path, form, append(urlencoded(pcWeb), "&x=%zz"...), noKey},
		{"urlencoded beyond all reason", pcWeb.Path, form, append(urlencoded(pcWeb), bytes.Repeat([]byte("&a=1"), 20_000)...), noKey},
		{"nothing", pcWeb.Path, multipartType, nil, noKey},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := requests.Send(t, requests.Serve(t, samples.Megvii()), http.MethodPost, c.path, c.contentType, c.body)
			require.Equal(t, 400, got.Status)
			require.Equal(t, c.answer+"\n", got.Body)
		})
	}
}

func TestURLEncodedWhereFormDataIsNotInsistedOn(t *testing.T) {
	for _, r := range []requests.Request{samples.RandomNumber(), samples.PCWeb(), samples.LitePage()} {
		got := requests.Send(t, requests.Serve(t, samples.Megvii()), http.MethodPost, r.Path, "application/x-www-form-urlencoded; charset=utf-8", urlencoded(r))
		require.Equal(t, 200, got.Status, got.Body)
	}
}

func TestBodyLimit(t *testing.T) {
	const limit = 20_000_000
	photo := requests.PNG(t, 8, 8)
	_, body := samples.H5Flash(t).Multipart(t)
	room := limit - len(body)

	for name, c := range map[string]struct{ padding, status int }{
		"20 MB":         {room, 200},
		"one byte more": {room + 1, 413},
		"much more":     {room + 5_000_000, 413},
	} {
		t.Run(name, func(t *testing.T) {
			padded := append(bytes.Clone(photo), make([]byte, c.padding)...)
			got := requests.Post(t, requests.Serve(t, samples.Megvii()), samples.H5Flash(t).Edited(requests.File("image_ref1", padded)))
			require.Equal(t, c.status, got.Status)
			if c.status == 413 {
				require.Equal(t, "Request Entity Too Large", got.Body)
				require.Equal(t, "text/plain", got.Header.Get("Content-Type"))
			}
		})
	}
}

// What follows the form counts, too. Vendors of JSON have limits and answers of their own.
func TestBodyLimitOfEveryForm(t *testing.T) {
	rubbish := make([]byte, 20_000_000)
	for _, p := range samples.Products(t) {
		if p.Valid.Encode != nil {
			continue
		}
		t.Run(p.Name, func(t *testing.T) {
			contentType, body := p.Valid.Multipart(t)
			got := requests.Send(t, requests.Serve(t, p.New()), http.MethodPost, p.Valid.Path, contentType, append(body, rubbish...))
			require.Equal(t, 413, got.Status)
			require.Equal(t, "text/plain", got.Header.Get("Content-Type"))
			require.Equal(t, "Request Entity Too Large", got.Body)
		})
	}
}

func TestClientThatGoesAwayHalfWay(t *testing.T) {
	server := requests.Serve(t, samples.Megvii())
	contentType, body := samples.H5Flash(t).Multipart(t)
	for _, sent := range []int{0, 100, len(body) / 2, len(body) - 1} {
		c, err := net.Dial("tcp", server.Listener.Addr().String())
		require.NoError(t, err)
		_, err = fmt.Fprintf(c, "POST %s HTTP/1.1\r\nHost: sandbox\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s",
			samples.H5Flash(t).Path, contentType, len(body), body[:sent])
		require.NoError(t, err)
		require.NoError(t, c.Close())
	}
	require.Equal(t, 200, requests.Post(t, server, samples.H5Flash(t)).Status)
}
