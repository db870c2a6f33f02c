package aliyun_test

import (
	"testing"
	"time"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/aliyun"
	"github.com/liveness-gateway/gateway/internal/providers/providertest"
	"github.com/liveness-gateway/gateway/internal/providers/providertest/samples"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

func TestConformanceFaceVerify(t *testing.T) { providertest.Run(t, faceVerify()) }

func FuzzFaceVerify(f *testing.F) { providertest.Fuzz(f, faceVerify()) }

func TestSamples(t *testing.T) { samples.Run(t, "testdata/answers.json", 12, faceVerify()) }

// faceVerify is "InitFaceVerify". The signatures were computed apart from the adapter, in Python, by a
// function that gives the vendor's own sample.
func faceVerify() providertest.Product {
	const (
		minimalSign = "ce94d375d1a8e6bcd5a06d8adaf2370bae19c02be901e3faeb964d8a51517ef2"
		fullSign    = "534a493a977a7b7d9889bd7f4f07e3c9c09d237e8ecaccf51019c1483a201f53"
		photoSign   = "8c12fafd7cad6bf7e567c62276fa97acc8857d0b670c4fe58c0c35d61374a75d"
		random      = "0102030405060708090a0b0c0d0e0f10" // of the random source's first 16 bytes
		user        = "user-<9173>"
		metadata    = `{"deviceType":"h5","ua":"Mozilla/5.0"}`
		metaInfo    = "MetaInfo=%7B%22deviceType%22%3A%22h5%22%2C%22ua%22%3A%22Mozilla%2F5.0%22%7D"
		requestID   = "0A1B2C3D-0000-4000-8000-00000000C101"
	)
	wire := func(sign, hash, query, body string) []string {
		return []string{
			"POST /?" + query,
			"Content-Type: application/x-www-form-urlencoded",
			"Authorization: ACS3-HMAC-SHA256 Credential=test_access_key_id,SignedHeaders=content-type;host;x-acs-action;x-acs-content-sha256;" +
				"x-acs-date;x-acs-security-token;x-acs-signature-nonce;x-acs-version,Signature=" + sign,
			"X-Acs-Action: InitFaceVerify",
			"X-Acs-Content-Sha256: " + hash,
			"X-Acs-Date: 2023-11-14T22:13:20Z",
			"X-Acs-Security-Token: test_security_token",
			"X-Acs-Signature-Nonce: " + random,
			"X-Acs-Version: 2019-03-07",
			body,
		}
	}
	yes := true
	return providertest.Product{
		Provider: aliyun.Provider(),
		ID:       "aliyun.face-verify",
		Minimal: providertest.Example{
			Request:    &providers.Request{ClientMetadata: sensitive.New(metadata), SubjectID: sensitive.New(user)},
			Parameters: map[string]string{"scene_id": "1000000006", "product_code": "LR_FR"},
			Wire: wire(
				minimalSign, "254c0497e2900996e087cb831a0df8aaf700cad8b1aa28620ba2324f731eaca4",
				metaInfo+"&OuterOrderNo="+random+"&ProductCode=LR_FR&SceneId=1000000006&UserId=user-%3C9173%3E", "Model=MOVE_ACTION",
			),
			Reference: random, Made: true,
		},
		// Of a page, as far as fields go together: a check compares with a card or with a photo.
		Full: providertest.Example{
			Request: &providers.Request{
				ClientMetadata: sensitive.New(metadata), SubjectID: sensitive.New(user), Reference: "order1",
				IdentityDocument: &providers.IdentityDocument{
					Type: providers.IdentityCard, Country: sensitive.New("CN"),
					Name: sensitive.New("测试甲"), Number: sensitive.New("11010519491231002x"),
				},
				DetectRotatedFaces: &yes, MultipleFaces: providers.UseLargestFace,
				ReturnURL: sensitive.New("https://shop.example/done?a=1&b=2"), NotifyURL: sensitive.New("https://shop.example/notify"),
			},
			Parameters: map[string]string{
				"scene_id": "1000000006", "product_code": "ID_PRO", "certify_url_type": "H5", "model": "MULTI_FAPTCHA",
				"procedure_priority": "keep", "need_multi_face_check": "Y", "video_evidence": "true", "suitable_type": "1",
			},
			Wire: wire(
				fullSign, "0302ac08c931c7182ba970fa0bee629abc84fce6611564229586af7009ad9a7a",
				"CallbackUrl=https%3A%2F%2Fshop.example%2Fnotify&CertName=%E6%B5%8B%E8%AF%95%E7%94%B2&CertNo=11010519491231002X&CertType=IDENTITY_CARD"+
					"&CertifyUrlStyle=L&CertifyUrlType=H5&"+metaInfo+"&NeedMultiFaceCheck=Y&OuterOrderNo=order1&ProcedurePriority=keep"+
					"&ProductCode=ID_PRO&ReturnUrl=https%3A%2F%2Fshop.example%2Fdone%3Fa%3D1%26b%3D2&SceneId=1000000006&SuitableType=1"+
					"&UserId=user-%3C9173%3E&VideoEvidence=true", "Model=MULTI_FAPTCHA",
			),
			Reference: "order1",
		},
		Others: map[string]providertest.Example{"a photo in an app": {
			Request: &providers.Request{
				ClientMetadata: sensitive.New(metadata), Photos: []sensitive.Bytes{sensitive.NewBytes([]byte("photo-9173"))},
				DetectRotatedFaces: &yes, MultipleFaces: providers.UseLargestFace,
			},
			Parameters: map[string]string{"scene_id": "1000000007", "product_code": "PV_FV"},
			Wire: wire(
				photoSign, "1d6a7c7428144b2f6e9d8c4da54b17b8782b96336a771e70f43e076a2413eccd",
				metaInfo+"&OuterOrderNo="+random+"&ProductCode=PV_FV&SceneId=1000000007",
				"Model=MOVE_ACTION&FaceContrastPicture=cGhvdG8tOTE3Mw%3D%3D",
			),
			Reference: random, Made: true,
		}},
		Success: providertest.Answer{
			Body: `{"RequestId":"` + requestID + `","Message":"success","Code":"200","ResultObject":{"CertifyId":"sha1c2d3e4f5061728394a5b6c7d8e9f0",` +
				`"CertifyUrl":"https://t.example.com/Ab3dE"}}`,
			Token: providers.Token{
				Value:    sensitive.New("sha1c2d3e4f5061728394a5b6c7d8e9f0"),
				Expiry:   providers.Expiry{Time: providertest.Now().Add(30 * time.Minute), Source: providers.DocumentedDefault},
				Client:   providers.Client{URL: sensitive.New("https://t.example.com/Ab3dE")},
				Exchange: providers.Exchange{RequestID: requestID},
			},
		},
		Failures: []string{
			`{"RequestId":"` + requestID + `","Message":"refused","Code":"{code}"}`,
			`{"RequestId":"` + requestID + `","HostId":"cloudauth.aliyuncs.com","Code":"{code}","Message":"refused","Recommend":"https://example.com/help"}`,
		},
		ErrorFields: map[string]string{"Code": "200"},
		Faults: map[string]providers.Path{
			"400":                         "",
			"401":                         "",
			"404":                         "",
			"414":                         "client_metadata",
			"415":                         "client_metadata",
			"416":                         "client_metadata",
			"MissingParameter":            "",
			"InvalidParameter.Other":      "",
			"InvalidParameter.CertNo":     "comparison.identity_document.number",
			"MissingCertName":             "comparison.identity_document.name",
			"InvalidCertNo.Malformed":     "comparison.identity_document.number",
			"InvalidMetaInfo":             "client_metadata",
			"InvalidUserId":               "subject_id",
			"InvalidOuterOrderNo":         "reference",
			"InvalidReturnUrl":            "callback.return_url",
			"InvalidCallbackUrl":          "callback.notify_url",
			"InvalidFaceContrastPicture":  "",
			"MissingSceneId":              "",
			"InvalidProductCode.NotFound": "",
		},
		Secrets: []string{minimalSign, fullSign},
	}
}
