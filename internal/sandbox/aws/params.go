package aws

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/liveness-gateway/gateway/internal/sandbox/params"
)

// maxPreferences is our choice.
const maxPreferences = 10

// The patterns of the API reference.
const (
	clientRequestToken = `^[a-zA-Z0-9_-]{1,64}$`
	kmsKeyID           = `^[A-Za-z0-9][A-Za-z0-9:_/+=,@.-]*$`
	version            = `^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$`
	bucket             = `^[0-9A-Za-z._-]{3,255}$`
	keyPrefix          = `^\S{0,950}$`
)

// rows is CreateFaceLivenessSession, Request Parameters, with
// CreateFaceLivenessSessionRequestSettings, ChallengePreference, Versions and
// LivenessOutputConfig.
func rows() []params.Row {
	const settings, output = "Settings", "Settings.OutputConfig"
	return slices.Concat(
		[]params.Row{
			matching("ClientRequestToken", clientRequestToken),
			{Name: "KmsKeyId", Check: params.Matching(kmsKeyID).And(params.MaxBytes(2048)).Typed(params.String), Empty: params.Malformed},
			{Name: settings, Check: of(params.Object)},
			// Below 0 it counts as 0, above 4 as 4.
			{Name: settings + ".AuditImagesLimit", Check: params.Check(wholeNumber).Typed(params.Number)},
			{Name: settings + ".ChallengePreferences", Check: of(params.List)},
		},
		preferences(settings+".ChallengePreferences"),
		[]params.Row{
			{Name: output, Check: of(params.Object)},
			{Name: output + ".S3Bucket", Required: true, When: params.Given(output), Check: params.Matching(bucket).Typed(params.String), Empty: params.Malformed},
			matching(output+".S3KeyPrefix", keyPrefix),
		},
	)
}

func preferences(list string) []params.Row {
	var all []params.Row
	for i := range maxPreferences {
		one := list + "[" + strconv.Itoa(i) + "]"
		all = append(
			all,
			params.Row{Name: one, Check: of(params.Object)},
			params.Row{
				Name: one + ".Type", Required: true, When: params.Given(one),
				Check: params.OneOf("FaceMovementAndLightChallenge", "FaceMovementChallenge").Typed(params.String),
			},
			params.Row{Name: one + ".Versions", Check: of(params.Object)},
			matching(one+".Versions.Minimum", version),
			matching(one+".Versions.Maximum", version),
		)
	}
	tooMany := func(params.Value) params.Kind { return params.Malformed }
	return append(all, params.Row{Name: fmt.Sprintf("%s[%d]", list, maxPreferences), Check: tooMany})
}

// matching is a row of a text, which is not empty if it is there, unless the pattern
// matches that.
func matching(name, pattern string) params.Row {
	text := params.Matching(pattern)
	row := params.Row{Name: name, Check: text.Typed(params.String)}
	if text(params.Value{}) != params.None {
		row.Empty = params.Malformed
	}
	return row
}

func of(wanted params.Type) params.Check {
	return params.Of(wanted).Or(params.BadBody)
}

// wholeNumber passes integers of 32 bits; a fraction is not understood.
func wholeNumber(v params.Value) params.Kind {
	if params.Whole(math.MinInt32, math.MaxInt32)(v) != params.None {
		return params.BadBody
	}
	return params.None
}
