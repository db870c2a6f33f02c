package megvii

import (
	"slices"
	"strconv"

	"github.com/liveness-gateway/gateway/internal/providers"
)

// The secrets of a credential, by the names of the vendor's documents.
const (
	keyAPIKey    = "api_key"
	keyAPISecret = "api_secret"
)

// The vendor's parameters that a target may set.
const (
	paramColorNumber              = "color_number"
	paramFaceOcclusionDetection   = "face_occlusion_detection"
	paramFailWhenRefMultipleFaces = "fail_when_ref_multiple_faces"
	paramLanguage                 = "language"
	paramLifeTime                 = "life_time"
	paramLivenessID               = "liveness_id"
	paramLivenessPreferences      = "liveness_preferences"
	paramMaxUploadTimes           = "max_upload_times"
	paramMultiOrientedDetection   = "multi_oriented_detection"
	paramReturnMultifacesTag      = "return_multifaces_tag"
	paramSceneID                  = "scene_id"
	paramScreenReplay             = "screen_replay"
)

// Values of the vendor's switches.
const (
	off = "0"
	on  = "1"
)

var multiOrientedDetection = providers.Parameter{
	Name:   paramMultiOrientedDetection,
	Text:   "look for the face in turned photos too: 0 (the vendor's default) or 1",
	Allows: oneOf(off, on),
}

func oneOf(values ...string) func(string) bool {
	return func(value string) bool { return slices.Contains(values, value) }
}

// between allows whole numbers as strconv writes them.
func between(least, most int) func(string) bool {
	return func(value string) bool {
		n, err := strconv.Atoi(value)
		return err == nil && least <= n && n <= most && strconv.Itoa(n) == value
	}
}
