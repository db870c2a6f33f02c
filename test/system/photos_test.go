package system

import (
	"bytes"
	"encoding/json"
	pixels "image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/doctest"
)

// The programs of docs/clients.md that send photos over REST, beside two photos.
func TestPhotosOfTheDocs(t *testing.T) {
	program(t, "curl", "curl")
	s := startSandbox(t)
	var photo bytes.Buffer
	require.NoError(t, png.Encode(&photo, pixels.NewGray(pixels.Rect(0, 0, 8, 8))))
	for file, interpreter := range map[string]string{
		"photos.sh": program(t, "bash", "bash"), "photos.mjs": program(t, "node", "nodejs"),
	} {
		t.Run(file, func(t *testing.T) {
			folder := t.TempDir()
			text := s.inPlace(doctest.Block(t, clientsPage, file), clientCases[0])
			require.NoError(t, os.WriteFile(filepath.Join(folder, file), []byte(text), 0o600))
			for _, name := range []string{"face.jpg", "profile.jpg"} {
				require.NoError(t, os.WriteFile(filepath.Join(folder, name), photo.Bytes(), 0o600))
			}
			command := exec.Command(interpreter, file)
			command.Dir = folder
			output, err := command.CombinedOutput()
			require.NoError(t, err, "%s", output)
			var answer struct{ Token, Product string }
			require.NoError(t, json.Unmarshal(output, &answer), "%s", output)
			require.Equal(t, "megvii.h5-flash", answer.Product, "%s", output)
			require.NotEmpty(t, answer.Token)
		})
	}
}
