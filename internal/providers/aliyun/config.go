package aliyun

import "github.com/liveness-gateway/gateway/internal/providers"

// The secrets of a credential. Temporary ones have a security token.
const (
	keyAccessKeyID     = "access_key_id"
	keyAccessKeySecret = "access_key_secret"
	keySecurityToken   = "security_token"
)

// Values of product_code, the vendor's ProductCode.
const (
	compareIDCard  = "ID_PRO"
	comparePhoto   = "PV_FV"
	compareNothing = "LR_FR"
)

var sceneID = providers.Parameter{
	Name: "scene_id", Required: true,
	Text: "scene of the vendor's console; each is of one scheme, which product_code names",
}

var productCode = providers.Parameter{
	Name: "product_code", Required: true, Values: []string{compareIDCard, comparePhoto, compareNothing},
	Text: "scheme of the scene: ID_PRO compares with the identity card in the state's data source, PV_FV with a photo, LR_FR with nothing",
}

// certifyURLType tells a page from an app, which have the same call.
var certifyURLType = providers.Parameter{
	Name: "certify_url_type", Flow: providers.FlowHostedPage, Values: []string{"H5", "WEB"},
	Text: "page that the user is sent to: H5 of mobile browsers, WEB of others",
}

// model is always sent: one page requires it, and this value is advised.
var model = providers.Parameter{
	Name: "model",
	Values: []string{
		"LIVENESS", defaultModel, "MOVE_PHOTINUS", "MULTI_ACTION", "MULTI_FAPTCHA", "MULTI_PHOTINUS", "PHOTINUS_LIVENESS",
	},
	Text: "what the user does: MOVE_ACTION by default; MOVE_PHOTINUS is of apps, MULTI_FAPTCHA of H5",
}

const defaultModel = "MOVE_ACTION"

var (
	procedurePriority = providers.Parameter{
		Name: "procedure_priority", Values: []string{"keep", "url", "video"},
		Text: "what a mobile browser falls back to that cannot film: url (the vendor's default), keep, or video, which is weaker",
	}
	needMultiFaceCheck = providers.Parameter{
		Name: "need_multi_face_check", Values: []string{"N", "Y"},
		Text: "Y: the client asks again when it sees several faces; N (the vendor's default)",
	}
	videoEvidence = providers.Parameter{Name: "video_evidence", Text: "VideoEvidence of the vendor's document"}
	suitableType  = providers.Parameter{
		Name: "suitable_type", Values: []string{"0", "1", "2"}, Text: "SuitableType of the vendor's document",
	}
)

// settings are a target's parameters by the vendor's names, of those in the address.
var settings = map[string]providers.Parameter{
	"SceneId":            sceneID,
	"ProductCode":        productCode,
	"CertifyUrlType":     certifyURLType,
	"ProcedurePriority":  procedurePriority,
	"NeedMultiFaceCheck": needMultiFaceCheck,
	"VideoEvidence":      videoEvidence,
	"SuitableType":       suitableType,
}

// Settings that decide what a request needs, and what it may not have.
var (
	comparesIDCard  = &providers.Setting{Name: productCode.Name, Values: []string{compareIDCard}}
	comparesPhoto   = &providers.Setting{Name: productCode.Name, Values: []string{comparePhoto}}
	comparesNothing = &providers.Setting{Name: productCode.Name, Values: []string{compareNothing}}
	withoutIDCard   = &providers.Setting{Name: productCode.Name, Values: []string{comparePhoto, compareNothing}}
	withoutPhoto    = &providers.Setting{Name: productCode.Name, Values: []string{compareIDCard, compareNothing}}
	ofPages         = &providers.Setting{Name: certifyURLType.Name, Values: certifyURLType.Values}
	ofApps          = providers.NotSet(certifyURLType.Name)
)
