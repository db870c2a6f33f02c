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
)

func urlencoded(r request) []byte {
	values := url.Values{}
	for _, f := range r.fields {
		values.Add(f.name, f.text)
	}
	return []byte(values.Encode())
}

func TestBodiesThatCarryNoParameters(t *testing.T) {
	const form = "application/x-www-form-urlencoded"
	pcWeb := validPCWeb()
	multipartType, whole := pcWeb.multipart(t)
	crowded := pcWeb.edited()
	for i := range 100 {
		crowded.fields = append(crowded.fields, field{name: strconv.Itoa(i), text: "x"})
	}
	crowdedType, crowd := crowded.multipart(t)
	noKey := failed("MISSING_ARGUMENTS: api_key")

	for _, c := range []struct {
		name, path, contentType string
		body                    []byte
		answer                  string
	}{
		{"app-v5 urlencoded", validAppV5().path, form, urlencoded(validAppV5()), appV5Failed("MISSING_ARGUMENTS: sign")},
		{"h5-flash urlencoded", validH5Flash(t).path, form, urlencoded(validH5Flash(t)), failed("MISSING_ARGUMENTS:api_key")},
		{"JSON", pcWeb.path, "application/json", []byte(`{"api_key":"x"}`), noKey},
		{"no media type", pcWeb.path, "", urlencoded(pcWeb), noKey},
		{"no boundary", pcWeb.path, "multipart/form-data", whole, noKey},
		{"other boundary", pcWeb.path, "multipart/form-data; boundary=other", whole, noKey},
		{"final boundary cut short", pcWeb.path, multipartType, whole[:len(whole)-4], noKey},
		{"value cut short", pcWeb.path, multipartType, whole[:len(whole)/2], noKey},
		{"too many parts", pcWeb.path, crowdedType, crowd, noKey},
		{"bad escape", pcWeb.path, form, append(urlencoded(pcWeb), "&x=%zz"...), noKey},
		{"urlencoded beyond all reason", pcWeb.path, form, append(urlencoded(pcWeb), bytes.Repeat([]byte("&a=1"), 20_000)...), noKey},
		{"nothing", pcWeb.path, multipartType, nil, noKey},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := send(t, serve(t, megvii()), http.MethodPost, c.path, c.contentType, c.body)
			require.Equal(t, 400, got.status)
			require.Equal(t, c.answer+"\n", got.body)
		})
	}
}

func TestURLEncodedWhereFormDataIsNotInsistedOn(t *testing.T) {
	for _, r := range []request{validRandomNumber(), validPCWeb(), validLitePage()} {
		got := send(t, serve(t, megvii()), http.MethodPost, r.path, "application/x-www-form-urlencoded; charset=utf-8", urlencoded(r))
		require.Equal(t, 200, got.status, got.body)
	}
}

func TestBodyLimit(t *testing.T) {
	const limit = 20_000_000
	photo := pngOf(t, 8, 8)
	_, body := validH5Flash(t).multipart(t)
	room := limit - len(body)

	for name, c := range map[string]struct{ padding, status int }{
		"20 MB":         {room, 200},
		"one byte more": {room + 1, 413},
		"much more":     {room + 5_000_000, 413},
	} {
		t.Run(name, func(t *testing.T) {
			padded := append(bytes.Clone(photo), make([]byte, c.padding)...)
			got := post(t, serve(t, megvii()), validH5Flash(t).edited(file("image_ref1", padded)))
			require.Equal(t, c.status, got.status)
			if c.status == 413 {
				require.Equal(t, "Request Entity Too Large", got.body)
				require.Equal(t, "text/plain", got.header.Get("Content-Type"))
			}
		})
	}
}

// What follows the form counts, too.
func TestBodyLimitOfEveryEndpoint(t *testing.T) {
	rubbish := make([]byte, 20_000_000)
	for _, p := range products(t) {
		t.Run(p.name, func(t *testing.T) {
			contentType, body := p.valid.multipart(t)
			got := send(t, serve(t, p.new()), http.MethodPost, p.valid.path, contentType, append(body, rubbish...))
			require.Equal(t, 413, got.status)
			require.Equal(t, "text/plain", got.header.Get("Content-Type"))
			require.Equal(t, "Request Entity Too Large", got.body)
		})
	}
}

func TestClientThatGoesAwayHalfWay(t *testing.T) {
	server := serve(t, megvii())
	contentType, body := validH5Flash(t).multipart(t)
	for _, sent := range []int{0, 100, len(body) / 2, len(body) - 1} {
		c, err := net.Dial("tcp", server.Listener.Addr().String())
		require.NoError(t, err)
		_, err = fmt.Fprintf(c, "POST %s HTTP/1.1\r\nHost: sandbox\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s",
			validH5Flash(t).path, contentType, len(body), body[:sent])
		require.NoError(t, err)
		require.NoError(t, c.Close())
	}
	require.Equal(t, 200, post(t, server, validH5Flash(t)).status)
}
