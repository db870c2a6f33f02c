package sensitive_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/sensitive"
)

const secret = "tiger-lily-7781"

func TestNothingPrintsTheValue(t *testing.T) {
	type holder struct {
		Exported   sensitive.String
		unexported sensitive.String
		photo      sensitive.Bytes
	}
	text := sensitive.New(secret)
	held := holder{Exported: text, unexported: text, photo: sensitive.NewBytes([]byte(secret))}

	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("call", "value", text, "held", held)
	asJSON, err := json.Marshal(held)
	require.NoError(t, err)
	asXML, err := xml.Marshal(text)
	require.NoError(t, err)

	printed := []string{log.String(), string(asJSON), string(asXML), text.String()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%08b"} {
		printed = append(printed, fmt.Sprintf(verb, text), fmt.Sprintf(verb, held), fmt.Sprintf(verb, &held))
	}
	for _, p := range printed {
		require.NotContains(t, p, secret)
		require.NotContains(t, p, fmt.Sprintf("%x", secret))
	}
	require.Equal(t, sensitive.Redacted, fmt.Sprint(text))
}

func TestReveal(t *testing.T) {
	require.Equal(t, secret, sensitive.New(secret).Reveal())
	require.Equal(t, len(secret), sensitive.New(secret).Len())
	require.False(t, sensitive.New(secret).IsZero())
	require.Empty(t, sensitive.String{}.Reveal())
	require.True(t, sensitive.New("").IsZero())
}
