package echo

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// Whatever piece stands in the readings of an id, its groups say that it may: else what an id
// repeats would be shown.
func TestGroupsAreThoseOfTheReadings(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	text := func(alphabet string, n int) string {
		all := make([]rune, n)
		for i := range all {
			all[i] = []rune(alphabet)[random.IntN(len([]rune(alphabet)))]
		}
		return string(all)
	}
	for range 2000 {
		plain := text("aZ09-_.,:% é张", 1+random.IntN(40))
		for _, id := range []string{
			plain, text("0123456789abcdef-,", 47), base64.StdEncoding.EncodeToString([]byte(plain)), "x" + hex.EncodeToString([]byte(plain)),
		} {
			read := ReadID(id)
			all := bytes.Clone(read.all())
			for i := 0; i+leastPiece <= len(all); i++ {
				require.True(t, read.seen.mayHold(all[i:i+leastPiece]) || bytes.IndexByte(all[i:i+leastPiece], between) >= 0, "%q in %q", all[i:i+leastPiece], id)
			}
			read.Release()
		}
	}
}
