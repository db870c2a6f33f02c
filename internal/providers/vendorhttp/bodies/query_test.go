package bodies_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/providers/vendorhttp/bodies"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

func TestQuery(t *testing.T) {
	body := bodies.NewURLEncoded()
	query := body.NewQuery()
	require.Empty(t, query.Encode())
	require.Empty(t, query.EncodeSorted())
	query.Add("user", "a b+c*d~e-._/测")
	query.AddSensitive("Name", sensitive.New("张三"))
	query.Add("without", "")
	query.AddSensitive("without", sensitive.String{})
	query.Add("Name1", "&=")
	require.Equal(t, "user=a%20b%2Bc%2Ad~e-._%2F%E6%B5%8B&Name=%E5%BC%A0%E4%B8%89&Name1=%26%3D", query.Encode())

	// By the names themselves: "1" comes before "=".
	require.Equal(t, "Name=%E5%BC%A0%E4%B8%89&Name1=%26%3D&user=a%20b%2Bc%2Ad~e-._%2F%E6%B5%8B", query.EncodeSorted())

	// What is sensitive in the address is hidden with what is in the body.
	_, envelope := bodies.NewRequest(t.Context(), &url.URL{Scheme: "http", Host: "vendor.example"}, body)
	require.Equal(t, []sensitive.String{sensitive.New("张三")}, envelope.Hidden())
}
