package leaktest_test

import (
	"bytes"
	"fmt"
	"image/png"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/leaktest"
	"github.com/liveness-gateway/gateway/internal/personal"
)

func TestEverySpellingIsFound(t *testing.T) {
	scanner := leaktest.NewScanner()
	set := scanner.Watch(leaktest.NewSet("case"))
	for _, value := range []string{set.Text("text"), set.IdentityNumber("number")} {
		for _, spelling := range leaktest.Spellings() {
			for _, text := range spelling.Spell(value) {
				if len(text) < 8 {
					continue // a half of a number's digits may be chance
				}
				found := scanner.Find("place", []byte("before "+text+" after"), nil)
				require.NotEmpty(t, found, spelling.Name)
				require.NotContains(t, fmt.Sprint(found), value)
			}
		}
	}
	require.Len(t, leaktest.Spellings(), 13)
}

func TestNothingElseIsFound(t *testing.T) {
	scanner := leaktest.NewScanner()
	mine, other := scanner.Watch(leaktest.NewSet("mine")), leaktest.NewSet("unwatched")
	text := []byte(other.Text("token") + " and " + mine.Text("token"))
	require.Empty(t, scanner.Find("place", text, mine, "token"))
	require.NotEmpty(t, scanner.Find("place", text, mine, "name"))
	require.NotEmpty(t, scanner.Find("place", text, nil))
	require.Empty(t, scanner.Find("place", []byte("1234567"), nil))
}

// A field that the contract comes to mark as personal has a canary, in every message of
// the request that has one.
func TestEveryPersonalFieldHasACanary(t *testing.T) {
	set := leaktest.NewSet("case")
	request := leaktest.Request(set, "megvii.pc-web", "")
	fields := requireFilled(t, set, request.ProtoReflect())
	require.Equal(t, 8, fields, "name them in vendor.go too, if vendors are sent them")
	_, err := png.Decode(bytes.NewReader(request.GetComparison().GetPhotos()[0].GetContent()))
	require.NoError(t, err)

	response := &livenessv1.IssueLivenessTokenResponse{Client: &livenessv1.Client{}}
	for i := range response.ProtoReflect().Descriptor().Fields().Len() {
		field := response.ProtoReflect().Descriptor().Fields().Get(i)
		if personal.Is(field) {
			require.Contains(t, []string{"token", "session_id"}, string(field.Name()), "a vendor's answer needs a canary of it")
		}
	}
}

func requireFilled(t *testing.T, set *leaktest.Set, message protoreflect.Message) (fields int) {
	t.Helper()
	for i := range message.Descriptor().Fields().Len() {
		field := message.Descriptor().Fields().Get(i)
		switch {
		case field.Message() != nil && field.IsList():
			for j := range message.Get(field).List().Len() {
				fields += requireFilled(t, set, message.Get(field).List().Get(j).Message())
			}
		case field.Message() != nil && message.Has(field):
			fields += requireFilled(t, set, message.Get(field).Message())
		case personal.Is(field):
			fields++
			encoded, err := proto.Marshal(message.Interface())
			require.NoError(t, err)
			scanner := leaktest.NewScanner()
			scanner.Watch(set)
			require.True(t, field.Name() == "country" || len(scanner.Find("message", encoded, nil)) > 0, field.FullName())
		}
	}
	return fields
}

func TestTheStandInsNameTheirCodes(t *testing.T) {
	for product, least := range map[string]int{"megvii.pc-web": 10, "linkface.app": 14} {
		outcomes, err := leaktest.Outcomes(product)
		require.NoError(t, err)
		require.Greater(t, len(outcomes), 14+least-1)
	}
	_, err := leaktest.Outcomes("megvii.none")
	require.Error(t, err)
}
