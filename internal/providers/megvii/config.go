package megvii

import "github.com/liveness-gateway/gateway/internal/providers"

// The secrets of a credential, by the names of the vendor's documents.
const (
	keyAPIKey    = "api_key"
	keyAPISecret = "api_secret"
)

// The vendor's parameters that a target may set.
const (
	paramColorNumber              = "color_number"
	paramEyesCloseDetection       = "eyes_close_detection"
	paramFaceOcclusionDetection   = "face_occlusion_detection"
	paramFailWhenRefMultipleFaces = "fail_when_ref_multiple_faces"
	paramFMPMode                  = "fmp_mode"
	paramForceCompare             = "force_compare"
	paramGetShootingError         = "get_shooting_error"
	paramIDCardMode               = "idcard_mode"
	paramIDCardUneditableField    = "idcard_uneditable_field"
	paramLanguage                 = "language"
	paramLifeTime                 = "life_time"
	paramLivenessActionCount      = "liveness_action_count"
	paramLivenessID               = "liveness_id"
	paramLivenessPreferences      = "liveness_preferences"
	paramLivenessTimeout          = "liveness_timeout"
	paramLivenessType             = "liveness_type"
	paramMaximumShootingTime      = "maximum_shooting_time"
	paramMaxUploadTimes           = "max_upload_times"
	paramMultiOrientedDetection   = "multi_oriented_detection"
	paramProcedurePriority        = "procedure_priority"
	paramProcedureType            = "procedure_type"
	paramReturnMultifacesTag      = "return_multifaces_tag"
	paramSceneID                  = "scene_id"
	paramScreenReplay             = "screen_replay"
	paramSecurityLevel            = "security_level"
	paramVerbose                  = "verbose"
	paramWebTitle                 = "web_title"
)

// Values of the vendor's switches.
const (
	off = "0"
	on  = "1"
)

// Values of the option data_source.
const (
	present = "present"
	absent  = "absent"
)

var dataSource = providers.Parameter{
	Name:   "data_source",
	Text:   "the data source of identity cards that the account can compare with: present (default) or absent, as in Southeast Asia; megvii.app-v3 heeds it",
	Values: []string{present, absent},
}

var withoutDataSource = &providers.Setting{Name: dataSource.Name, Values: []string{absent}}

var multiOrientedDetection = providers.Parameter{
	Name:   paramMultiOrientedDetection,
	Text:   "look for the face in turned photos too: 0 (the vendor's default) or 1",
	Values: []string{off, on},
}
