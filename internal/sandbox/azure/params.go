package azure

import (
	"strconv"
	"strings"

	"github.com/liveness-gateway/gateway/internal/sandbox/params"
)

// What this vendor tells apart beside what others do.
const (
	badMode     params.Kind = "bad operation mode"
	badDevice   params.Kind = "bad device correlation id"
	badLifetime params.Kind = "bad token lifetime"
)

// types are how a body writes what is no text.
type types struct{ boolean, lifetime params.Check }

func ofJSON() types {
	return types{
		boolean:  params.Of(params.Bool).Or(params.BadBody),
		lifetime: params.Whole(60, 86400).Or(badLifetime).Typed(params.Number),
	}
}

// ofForm is "booleans and numbers are plain text".
func ofForm() types {
	return types{boolean: flag(), lifetime: params.Integer(60, 86400).Or(badLifetime).Typed(params.String)}
}

func flag() params.Check { return params.OneOf("true", "false").Typed(params.String) }

// sessionRows are the parameters of both calls.
func sessionRows(of types) []params.Row {
	const device, inClient = "deviceCorrelationId", "deviceCorrelationIdSetInClient"
	setInClient := params.Is(inClient, "true")
	never := func(params.Value) params.Kind { return badDevice }
	mode := params.Text(func(s string) bool {
		return strings.EqualFold(s, "Passive") || strings.EqualFold(s, "PassiveActive")
	})
	return []params.Row{
		{Name: "livenessOperationMode", Required: true, Check: mode.Or(badMode).Typed(params.String), Absent: badMode},
		{Name: inClient, Check: of.boolean},
		{
			Name: device, Required: true, When: params.Not(setInClient), Check: params.MaxChars(64).Or(badDevice).Typed(params.String),
			Empty: badDevice, Absent: badDevice,
		},
		{Name: device, When: setInClient, Check: never, Empty: badDevice},
		{Name: "authTokenTimeToLiveInSeconds", Check: of.lifetime},
		{Name: "enableSessionImage", Check: of.boolean},
		{Name: "livenessModelVersion", Check: params.AnyText().Typed(params.String)},
	}
}

// verifyRows are those of a session with verify.
func verifyRows() []params.Row {
	threshold := params.Text(func(s string) bool {
		n, err := strconv.ParseFloat(s, 64)
		return err == nil && n >= 0 && n <= 1
	})
	return []params.Row{
		{Name: "returnVerifyImageHash", Check: flag()},
		{Name: "verifyConfidenceThreshold", Check: threshold.Typed(params.String)},
		{Name: "verifyImage", Required: true, Check: verifyImage, Absent: params.BadBody},
	}
}

// Sizes of a photo in bytes: "1 KB to 6 MB".
const (
	minPhoto = 1024
	maxPhoto = 6_000_000
)

// verifyImage passes photos of the formats that the page names.
func verifyImage(v params.Value) params.Kind {
	switch {
	case v.Type != params.File:
		return params.BadBody
	case v.Size < minPhoto || v.Size > maxPhoto:
		return params.PhotoTooLarge
	case strings.HasPrefix(v.Start, "GIF8") || strings.HasPrefix(v.Start, "BM"):
		return params.None
	default:
		return params.Photo(params.AnySide).Or(params.NotAPhoto)(v)
	}
}
