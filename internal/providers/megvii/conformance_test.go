package megvii_test

import (
	"testing"
	"time"

	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/providers/megvii"
	"github.com/liveness-gateway/gateway/internal/providers/providertest"
	"github.com/liveness-gateway/gateway/internal/sensitive"
)

func TestConformanceRandomNumber(t *testing.T) { providertest.Run(t, randomNumber()) }

func TestConformancePCWeb(t *testing.T) { providertest.Run(t, pcWeb()) }

func TestConformanceLitePage(t *testing.T) { providertest.Run(t, litePage()) }

func TestConformanceAppV3(t *testing.T) { providertest.Run(t, appV3()) }

func TestConformanceAppV5(t *testing.T) { providertest.Run(t, appV5()) }

func TestConformanceH5Flash(t *testing.T) { providertest.Run(t, h5Flash()) }

const (
	subjectID = "subject-5c1f"
	reference = "order-1"
	photo1    = "\xff\xd8 the first photo"
	photo2    = "\xff\xd8 the second photo"
	photo3    = "\xff\xd8 the third photo"
	// bizNo is made of the random source's first 16 bytes.
	bizNo = "0102030405060708090a0b0c0d0e0f10"

	requestID = "1490024799,225715ed-9871-478c-aabb-ec19542593cf"

	unsigned = "the request is not signed: it holds the credential itself"
)

// megviis is what the six products share. get_biz_token tells of an error in error,
// the others in error_message; either is read everywhere.
func megviis(id string) providertest.Product {
	return providertest.Product{
		Provider: megvii.Provider(),
		ID:       id,
		Failures: []string{
			`{"error_message":"{code}","request_id":"` + requestID + `","time_used":4,"biz_no":"order-1"}`,
			`{"error":"{code}","request_id":"` + requestID + `","time_used":4}`,
		},
		ErrorFields: map[string]string{"error": "", "error_message": ""},
	}
}

// form returns the lines of a request.
func form(endpoint string, parameters ...string) []string {
	return append([]string{"POST /faceid" + endpoint, "Content-Type: multipart/form-data"}, parameters...)
}

// keyed returns the lines of a request that begins with the credential.
func keyed(endpoint string, parameters ...string) []string {
	return form(endpoint, append([]string{"api_key=test_api_key", "api_secret=test_api_secret"}, parameters...)...)
}

func exchange(timeUsed time.Duration) providers.Exchange {
	return providers.Exchange{RequestID: requestID, ProcessingTime: timeUsed}
}

// randomNumber is "FaceID Lite Raw-GetRandomNumber".
func randomNumber() providertest.Product {
	const endpoint = "/lite/raw/get_random_number"
	p := megviis("megvii.random-number")
	p.Minimal = providertest.Example{Request: &providers.Request{}, Wire: keyed(endpoint)}
	p.Full = providertest.Example{
		Request:   &providers.Request{SubjectID: sensitive.New(subjectID), Reference: reference},
		Wire:      keyed(endpoint, "biz_no=order-1"),
		Reference: reference,
	}
	p.Success = providertest.Answer{
		Body: `{"time_used":34,"biz_no":"order-1","random_number":"0167",` +
			`"token_random_number":"6747484e7ed6e8e6d6f92d092cb72284","request_id":"` + requestID + `"}`,
		Token: providers.Token{
			Value:    sensitive.New("6747484e7ed6e8e6d6f92d092cb72284"),
			Client:   providers.Client{Digits: sensitive.New("0167")},
			Expiry:   providers.Expiry{Time: providertest.Now().Add(24 * time.Hour), Source: providers.DocumentedDefault},
			Exchange: exchange(34 * time.Millisecond),
		},
	}
	p.Faults = map[string]providers.Path{
		"BAD_ARGUMENTS:biz_no":      "reference",
		"MISSING_ARGUMENTS:api_key": "",
	}
	p.Exceptions = map[string]string{"request/clock-offset": unsigned}
	return p
}

// pcWeb is "PC-GetToken (liveness v2)".
func pcWeb() providertest.Product {
	const (
		endpoint  = "/liveness/v2/get_token"
		returnURL = "https://shop.example/return?cart=5c1f"
		notifyURL = "https://shop.example/notify?cart=5c1f"
	)
	callback := providers.Request{ReturnURL: sensitive.New(returnURL), NotifyURL: sensitive.New(notifyURL)}
	full, photos := callback, callback
	full.SubjectID, full.Reference = sensitive.New(subjectID), reference
	full.IdentityDocument = &providers.IdentityDocument{
		Type: providers.IdentityCard, Country: sensitive.New("CN"), Name: sensitive.New("张三丰"), Number: sensitive.New("11010119900307001X"),
	}
	full.Photos = []sensitive.Bytes{
		sensitive.NewBytes([]byte(photo1)), sensitive.NewBytes([]byte(photo2)), sensitive.NewBytes([]byte(photo3)),
	}
	full.DetectRotatedFaces, full.ScreenReplayCheck = new(true), new(true)
	full.MultipleFaces = providers.RejectMultipleFaces
	full.ExtraData = sensitive.New("extra-5c1f")
	photos.SubjectID, photos.Photos = full.SubjectID, full.Photos[:1]

	p := megviis("megvii.pc-web")
	p.Minimal = providertest.Example{
		Request: &callback,
		Wire: keyed(endpoint, "comparison_type=-1",
			"return_url="+returnURL, "notify_url="+notifyURL, "biz_no="+bizNo),
		Reference: bizNo, Made: true,
	}
	p.Full = providertest.Example{
		Request:    &full,
		Parameters: map[string]string{"scene_id": "scene-1", "screen_replay": "0"},
		Wire: keyed(endpoint, "comparison_type=1", "idcard_name=张三丰", "idcard_number=11010119900307001X",
			"image_ref1=@"+photo1, "image_ref2=@"+photo2, "image_ref3=@"+photo3,
			"return_url="+returnURL, "notify_url="+notifyURL, "biz_no=order-1", "biz_extra_data=extra-5c1f",
			"scene_id=scene-1", "screen_replay=1", "multi_oriented_detection=1"),
		Reference: reference,
	}
	p.Others = map[string]providertest.Example{"photos": {
		Request: &photos,
		Wire: keyed(endpoint, "comparison_type=0", "uuid="+subjectID, "image_ref1=@"+photo1,
			"return_url="+returnURL, "notify_url="+notifyURL, "biz_no="+bizNo),
		Reference: bizNo, Made: true,
	}}
	p.Success = providertest.Answer{
		Body: `{"time_used":5,"token":"34fb21937e47ae719f11cbc719615687","request_id":"` + requestID + `",` +
			`"expired_time":1700000618}`,
		Token: providers.Token{
			Value: sensitive.New("34fb21937e47ae719f11cbc719615687"),
			Client: providers.Client{
				URL: sensitive.New(providertest.BaseURL + "/faceid/liveness/v2/do?token=34fb21937e47ae719f11cbc719615687"),
			},
			Expiry:   providers.Expiry{Time: time.Unix(1700000618, 0), Source: providers.VendorStated},
			Exchange: exchange(5 * time.Millisecond),
		},
	}
	p.ExpiryField = "expired_time"
	p.Faults = map[string]providers.Path{
		"INVALID_ARGUMENTS: return_url":             "callback.return_url",
		"BAD_ARGUMENTS: biz_extra_data":             "callback.extra_data",
		"BAD_ARGUMENTS: comparison_type":            "",
		"BAD_ARGUMENTS: scene_id":                   "",
		"INVALID_NAME_FORMAT":                       "comparison.identity_document.name",
		"INVALID_IDCARD_NUMBER":                     "comparison.identity_document.number",
		"IMAGE_ERROR_UNSUPPORTED_FORMAT:image_ref2": "comparison.photos[1]",
		"NO_FACE_FOUND: image_ref3":                 "comparison.photos[2]",
		"MULTIPLE_FACES":                            "comparison.photos",
	}
	p.Exceptions = map[string]string{"request/clock-offset": unsigned}
	return p
}

// litePage is "H5-Lite GetToken".
func litePage() providertest.Product {
	const (
		endpoint  = "/lite/get_token"
		returnURL = "https://shop.example/return?cart=5c1f"
		notifyURL = "https://shop.example:8883/notify?cart=5c1f"
	)
	callback := providers.Request{ReturnURL: sensitive.New(returnURL), NotifyURL: sensitive.New(notifyURL)}
	minimal, full, photos := callback, callback, callback
	minimal.IdentityDocument = &providers.IdentityDocument{
		Type: providers.IdentityCard, Country: sensitive.New("CN"), Name: sensitive.New("张三丰"), Number: sensitive.New("11010119900307001X"),
	}
	full.SubjectID, full.Reference = sensitive.New(subjectID), reference
	full.IdentityDocument = minimal.IdentityDocument
	full.Photos = []sensitive.Bytes{
		sensitive.NewBytes([]byte(photo1)), sensitive.NewBytes([]byte(photo2)), sensitive.NewBytes([]byte(photo3)),
	}
	full.DetectRotatedFaces = new(true)
	full.MultipleFaces = providers.RejectMultipleFaces
	full.ExtraData = sensitive.New("extra-5c1f")
	photos.SubjectID, photos.Photos = full.SubjectID, full.Photos[:1]
	made := []string{"return_url=" + returnURL, "notify_url=" + notifyURL, "biz_no=" + bizNo}

	p := megviis("megvii.lite-page")
	p.Minimal = providertest.Example{
		Request: &minimal,
		Wire: keyed(endpoint, append(made, "comparison_type=1", "idcard_mode=0",
			"idcard_name=张三丰", "idcard_number=11010119900307001X")...),
		Reference: bizNo, Made: true,
	}
	p.Full = providertest.Example{
		Request: &full,
		Parameters: map[string]string{
			"scene_id": "scene-1", "web_title": "核验", "procedure_type": "still", "procedure_priority": "keep",
			"liveness_preferences": "still_strict", "get_shooting_error": "1", "maximum_shooting_time": "30",
			"idcard_mode": "4", "multi_oriented_detection": "0", "fmp_mode": "0", "language": "1",
		},
		Wire: keyed(endpoint, "return_url="+returnURL, "notify_url="+notifyURL, "biz_no=order-1", "biz_extra_data=extra-5c1f",
			"web_title=核验", "scene_id=scene-1", "procedure_type=still", "procedure_priority=keep",
			"liveness_preferences=still_strict", "get_shooting_error=1", "maximum_shooting_time=30",
			"comparison_type=1", "idcard_mode=0", "idcard_name=张三丰", "idcard_number=11010119900307001X",
			"image_ref1=@"+photo1, "image_ref2=@"+photo2, "image_ref3=@"+photo3,
			"multi_oriented_detection=1", "fmp_mode=0", "language=1"),
		Reference: reference,
	}
	p.Others = map[string]providertest.Example{
		"photos": {
			Request:   &photos,
			Wire:      keyed(endpoint, append(made, "comparison_type=0", "uuid="+subjectID, "image_ref1=@"+photo1)...),
			Reference: bizNo, Made: true,
		},
		"the page asks for the card": {
			Request:    &callback,
			Parameters: map[string]string{"idcard_mode": "2", "idcard_uneditable_field": "idcard_name,idcard_number"},
			Wire: keyed(endpoint, append(made, "comparison_type=1", "idcard_mode=2",
				"idcard_uneditable_field=idcard_name,idcard_number")...),
			Reference: bizNo, Made: true,
		},
	}
	p.Success = providertest.Answer{
		Body: `{"biz_no":"order-7","expired_time":1700003600,"biz_id":"1700000000,5b0c3f6a-0000-4000-8000-00000000b101",` +
			`"request_id":"` + requestID + `","time_used":66,"token":"0a1b2c3d4e5f60718293a4b5c6d7e8f9"}`,
		Token: providers.Token{
			Value:     sensitive.New("0a1b2c3d4e5f60718293a4b5c6d7e8f9"),
			SessionID: sensitive.New("1700000000,5b0c3f6a-0000-4000-8000-00000000b101"),
			Client: providers.Client{
				URL: sensitive.New(providertest.BaseURL + "/faceid/lite/do?token=0a1b2c3d4e5f60718293a4b5c6d7e8f9"),
			},
			Expiry:   providers.Expiry{Time: time.Unix(1700003600, 0), Source: providers.VendorStated},
			Exchange: exchange(66 * time.Millisecond),
		},
	}
	p.ExpiryField = "expired_time"
	p.Faults = map[string]providers.Path{
		"BAD_ARGUMENTS: notify_url":        "callback.notify_url",
		"BAD_ARGUMENTS: biz_extra_data":    "callback.extra_data",
		"BAD_ARGUMENTS:scene_id":           "",
		"BAD_ARGUMENTS:idcard_mode":        "",
		"MISSING_ARGUMENTS: idcard_number": "comparison.identity_document.number",
		"INVALID_NAME_FORMAT":              "comparison.identity_document.name",
		"NO_FACE_FOUND:image_ref2":         "comparison.photos[1]",
		"MULTIPLE_FACES":                   "comparison.photos",
	}
	p.Exceptions = map[string]string{"request/clock-offset": unsigned}
	return p
}

// appV5 is "get_biz_token 5.0.0". The signature is good for 300 s, and its nonce is
// made of the random source's first 8 bytes.
func appV5() providertest.Product {
	const (
		endpoint  = "/v5/sdk/get_biz_token"
		signature = "FmHG2hPca2Y4+wyXGHqRCogUi+9hPXRlc3RfYXBpX2tleSZiPTE3MDAwMDAzMDAmYz0xNzAwMDAwMDAwJmQ9OTc5MDM4Mjg1Ng=="
	)
	signed := []string{"sign=" + signature, "sign_version=hmac_sha1", "liveness_id=scene-1"}
	scene := map[string]string{"liveness_id": "scene-1"}

	p := megviis("megvii.app-v5")
	p.Minimal = providertest.Example{Request: &providers.Request{}, Parameters: scene, Wire: form(endpoint, signed...)}
	p.Full = providertest.Example{
		Request:    &providers.Request{SubjectID: sensitive.New(subjectID), Reference: reference},
		Parameters: scene,
		Wire:       form(endpoint, append(signed, "uuid="+subjectID)...),
	}
	p.Success = providertest.Answer{
		Body: `{"biz_token":"1531397038,f0b9eea0-6a2d-486c-a1ba-42fdf843e8cc","time_used":18,"request_id":"` + requestID + `"}`,
		Token: providers.Token{
			Value:    sensitive.New("1531397038,f0b9eea0-6a2d-486c-a1ba-42fdf843e8cc"),
			Client:   providers.Client{Endpoint: providertest.BaseURL},
			Expiry:   providers.Expiry{Time: providertest.Now().Add(time.Hour), Source: providers.DocumentedDefault},
			Exchange: exchange(18 * time.Millisecond),
		},
	}
	p.Faults = map[string]providers.Path{
		"BAD_ARGUMENTS: uuid":           "subject_id",
		"BAD_ARGUMENTS: sign_version":   "",
		"MISSING_ARGUMENTS:liveness_id": "",
	}
	p.Secrets = []string{signature}
	return p
}

// appV3 is "get_biz_token 1.0.0 (App SDK)".
func appV3() providertest.Product {
	const (
		endpoint  = "/v3/sdk/get_biz_token"
		signature = "FmHG2hPca2Y4+wyXGHqRCogUi+9hPXRlc3RfYXBpX2tleSZiPTE3MDAwMDAzMDAmYz0xNzAwMDAwMDAwJmQ9OTc5MDM4Mjg1Ng=="
	)
	signed := func(parameters ...string) []string {
		return form(endpoint, append([]string{"sign=" + signature, "sign_version=hmac_sha1"}, parameters...)...)
	}
	card := &providers.IdentityDocument{
		Type: providers.IdentityCard, Country: sensitive.New("CN"), Name: sensitive.New("张三丰"), Number: sensitive.New("11010119900307001X"),
	}
	moves := map[string]string{"liveness_type": "meglive"}

	p := megviis("megvii.app-v3")
	p.Minimal = providertest.Example{
		Request:    &providers.Request{IdentityDocument: card},
		Parameters: moves,
		Wire: signed("liveness_type=meglive", "comparison_type=1", "idcard_name=张三丰", "idcard_number=11010119900307001X",
			"multi_oriented_detection=0"),
	}
	p.Full = providertest.Example{
		Request: &providers.Request{
			SubjectID: sensitive.New(subjectID), Reference: reference, IdentityDocument: card,
			Photos:             []sensitive.Bytes{sensitive.NewBytes([]byte(photo1)), sensitive.NewBytes([]byte(photo2))},
			DetectRotatedFaces: new(true), MultipleFaces: providers.UseLargestFace,
		},
		Parameters: map[string]string{
			"liveness_type": "still", "liveness_timeout": "30", "eyes_close_detection": "1", "verbose": "1",
			"security_level": "3", "force_compare": "0", "multi_oriented_detection": "0",
		},
		Wire: signed("liveness_type=still", "comparison_type=1", "idcard_name=张三丰", "idcard_number=11010119900307001X",
			"uuid="+subjectID, "image_ref1=@"+photo1, "image_ref2=@"+photo2, "biz_no=order-1", "liveness_timeout=30",
			"eyes_close_detection=1", "verbose=1", "security_level=3", "force_compare=0", "multi_oriented_detection=1"),
		Reference: reference,
	}
	p.Others = map[string]providertest.Example{"photos": {
		Request: &providers.Request{
			SubjectID: sensitive.New(subjectID), Photos: []sensitive.Bytes{sensitive.NewBytes([]byte(photo1))},
		},
		Parameters: map[string]string{"liveness_type": "meglive", "liveness_action_count": "2", "multi_oriented_detection": "1"},
		Wire: signed("liveness_type=meglive", "comparison_type=0", "uuid="+subjectID, "image_ref1=@"+photo1,
			"liveness_action_count=2", "multi_oriented_detection=1"),
	}, "photos as they are": {
		Request: &providers.Request{
			SubjectID: sensitive.New(subjectID), Photos: []sensitive.Bytes{sensitive.NewBytes([]byte(photo1))},
			DetectRotatedFaces: new(false),
		},
		Parameters: map[string]string{"liveness_type": "meglive", "multi_oriented_detection": "1"},
		Wire: signed("liveness_type=meglive", "comparison_type=0", "uuid="+subjectID, "image_ref1=@"+photo1,
			"multi_oriented_detection=0"),
	}}
	p.Success = providertest.Answer{
		Body: `{"biz_token":"1767323045,5b0c3f6a-0000-4000-8000-00000000a301","time_used":21,"request_id":"` + requestID + `"}`,
		Token: providers.Token{
			Value:    sensitive.New("1767323045,5b0c3f6a-0000-4000-8000-00000000a301"),
			Client:   providers.Client{Endpoint: providertest.BaseURL},
			Expiry:   providers.Expiry{Time: providertest.Now().Add(time.Hour), Source: providers.DocumentedDefault},
			Exchange: exchange(21 * time.Millisecond),
		},
	}
	p.Faults = map[string]providers.Path{
		"BAD_ARGUMENTS: uuid":              "subject_id",
		"BAD_ARGUMENTS: biz_no":            "reference",
		"BAD_ARGUMENTS: idcard_name":       "comparison.identity_document.name",
		"MISSING_ARGUMENTS: liveness_type": "",
		"BAD_ARGUMENTS: liveness_timeout":  "",
		"INVALID_IMAGE_SIZEimage_ref1":     "comparison.photos[0]",
		"NO_FACE_FOUND:image_ref2":         "comparison.photos[1]",
	}
	p.Secrets = []string{signature}
	return p
}

// h5Flash is "H5-Lite RAW-GetToken".
func h5Flash() providertest.Product {
	const endpoint = "/lite/raw/get_token"
	p := megviis("megvii.h5-flash")
	p.Minimal = providertest.Example{
		Request: &providers.Request{
			SubjectID: sensitive.New(subjectID), Photos: []sensitive.Bytes{sensitive.NewBytes([]byte(photo1))},
		},
		Wire: keyed(endpoint, "color_number=6", "procedure_type=raw_flash", "comparison_type=0", "uuid="+subjectID,
			"image_ref1=@"+photo1, "max_upload_times=5", "life_time=60"),
	}
	p.Full = providertest.Example{
		Request: &providers.Request{
			SubjectID:          sensitive.New(subjectID),
			Reference:          reference,
			Photos:             []sensitive.Bytes{sensitive.NewBytes([]byte(photo1)), sensitive.NewBytes([]byte(photo2))},
			DetectRotatedFaces: new(true), FaceOcclusionCheck: new(true), ReportMultipleFaces: new(true),
			MultipleFaces: providers.UseLargestFace,
			MaxUploads:    3, FlashColors: 8,
			TokenLifetime: 10 * time.Minute,
			Language:      "zh",
		},
		Parameters: map[string]string{"liveness_preferences": "none", "color_number": "4", "life_time": "1440"},
		Wire: keyed(endpoint, "biz_no=order-1", "color_number=8", "liveness_preferences=none", "language=1",
			"procedure_type=raw_flash", "comparison_type=0", "uuid="+subjectID, "image_ref1=@"+photo1, "image_ref2=@"+photo2,
			"multi_oriented_detection=1", "fail_when_ref_multiple_faces=0", "max_upload_times=3", "life_time=10",
			"return_multifaces_tag=1", "face_occlusion_detection=1"),
		Reference: reference,
	}
	p.Success = providertest.Answer{
		Body: `{"request_id":"` + requestID + `","biz_no":"order-1","time_used":84,"token":"f7020c52e32f8f76b9cf76d6432fdeeb"}`,
		Token: providers.Token{
			Value:    sensitive.New("f7020c52e32f8f76b9cf76d6432fdeeb"),
			Expiry:   providers.Expiry{Time: providertest.Now().Add(10 * time.Minute), Source: providers.Requested},
			Exchange: exchange(84 * time.Millisecond),
		},
	}
	p.Faults = map[string]providers.Path{
		"BAD_ARGUMENTS:color_number":         "capture.flash_colors",
		"BAD_ARGUMENTS:life_time":            "token_lifetime",
		"BAD_ARGUMENTS:procedure_type":       "",
		"BAD_ARGUMENTS:liveness_preferences": "",
		"NO_FACE_FOUND: image_ref1":          "comparison.photos[0]",
		"INVALID_IMAGE_SIZE:image_ref2":      "comparison.photos[1]",
		"LOW_QUALITY":                        "comparison.photos",
	}
	p.Exceptions = map[string]string{"request/clock-offset": unsigned}
	return p
}
