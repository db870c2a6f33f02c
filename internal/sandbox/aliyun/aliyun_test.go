package aliyun_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/liveness-gateway/gateway/internal/sandbox"
	"github.com/liveness-gateway/gateway/internal/sandbox/requests"
	"github.com/liveness-gateway/gateway/internal/sandbox/samples"
)

type edits = []requests.Edit

var (
	set, drop = samples.AliyunSet, samples.AliyunDrop
	// inBody is for the parameters of the body.
	inBody  = requests.Set
	missing = samples.AliyunFailed("400")
	bad     = samples.AliyunFailed("401")
)

// photo is one of that size in pixels.
func photo(t *testing.T, width, height int) string {
	t.Helper()
	return base64.StdEncoding.EncodeToString(requests.PNG(t, width, height))
}

// largePhoto is one of n bytes; what follows a photo in a file is not looked at.
func largePhoto(t *testing.T, n int) string {
	t.Helper()
	small := requests.PNG(t, 640, 480)
	return base64.StdEncoding.EncodeToString(append(small, make([]byte, n-len(small))...))
}

func TestApp(t *testing.T) {
	issued := samples.AliyunIssued
	requests.Run(t, samples.Aliyun, samples.FaceVerify(), []step{
		{"issued", nil, 200, issued},
		{"everything", edits{
			inBody("Model", "MOVE_PHOTINUS"), inBody("Crop", "T"), inBody("AuthId", strings.Repeat("流", 64)), set("CallbackUrl", "https://shop.example/notify"),
			set("CallbackToken", "t"), set("ProcedurePriority", "keep"), set("NeedMultiFaceCheck", "Y"), set("SuitableType", "2"), set("Ip", "203.0.113.7"),
			set("Mobile", "13000000000"), set("VideoEvidence", "true"), set("UserId", strings.Repeat("流", 100)),
		}, 200, issued},
		{"no SceneId", edits{drop("SceneId")}, 200, missing},
		{"SceneId empty", edits{set("SceneId", "")}, 200, missing},
		{"SceneId no number", edits{set("SceneId", "scene")}, 200, bad},
		{"no OuterOrderNo", edits{drop("OuterOrderNo")}, 200, missing},
		{"OuterOrderNo of one", edits{set("OuterOrderNo", "A")}, 200, issued},
		{"OuterOrderNo of 33", edits{set("OuterOrderNo", strings.Repeat("a", 33))}, 200, bad},
		{"OuterOrderNo with a dash", edits{set("OuterOrderNo", "order-1")}, 200, bad},
		{"no ProductCode", edits{drop("ProductCode")}, 200, missing},
		{"another scheme", edits{set("ProductCode", "MFVC")}, 200, bad},
		{"ID_PLUS", edits{set("ProductCode", "ID_PLUS")}, 200, issued},
		{"no MetaInfo", edits{drop("MetaInfo")}, 200, missing},
		{"MetaInfo no JSON", edits{set("MetaInfo", "android")}, 200, bad},
		{"MetaInfo null", edits{set("MetaInfo", "null")}, 200, bad},
		{"MetaInfo a list", edits{set("MetaInfo", "[]")}, 200, bad},
		{"MetaInfo empty", edits{set("MetaInfo", "{}")}, 200, issued},
		{"MetaInfo not UTF-8", edits{set("MetaInfo", "{\"a\":\"\xff\"}")}, 200, bad},
		{"no UserId", edits{drop("UserId")}, 200, missing},
		{"UserId too long", edits{set("UserId", strings.Repeat("流", 101))}, 200, bad},
		{"Model outside its values", edits{inBody("Model", "BLINK")}, 200, bad},
		{"Model in the query is ignored", edits{set("Model", "BLINK")}, 200, issued},
		{"SceneId in the body is ignored", edits{drop("SceneId"), inBody("SceneId", "1000000006")}, 200, missing},
		{"Crop outside its values", edits{inBody("Crop", "Y")}, 200, bad},
		{"AuthId too long", edits{inBody("AuthId", strings.Repeat("a", 65))}, 200, bad},
		{"http callback", edits{set("CallbackUrl", "http://shop.example/notify")}, 200, bad},
		{"callback no URL", edits{set("CallbackUrl", "notify")}, 200, bad},
		{"ProcedurePriority outside its values", edits{set("ProcedurePriority", "app")}, 200, bad},
		{"NeedMultiFaceCheck outside its values", edits{set("NeedMultiFaceCheck", "1")}, 200, bad},
		{"SuitableType outside its values", edits{set("SuitableType", "3")}, 200, bad},
		{"EncryptType outside its values", edits{set("EncryptType", "RSA")}, 200, bad},
		{"a photo that is not compared", edits{inBody("FaceContrastPicture", "none")}, 200, issued},
		{"a card that is not looked at", edits{set("CertNo", "none")}, 200, issued},
		{"unknown parameters", edits{set("Colour", "blue"), inBody("Shade", "dark")}, 200, issued},
		{"a query that is none", edits{func(r *requests.Request) { r.Path += "&a=%zz" }}, 400, samples.AliyunFailed("SignatureDoesNotMatch")},
		{"a body that is none", edits{requests.Body("Model=%zz")}, 400, samples.AliyunFailed("InvalidParameter")},
		{"another action", edits{requests.Header("X-Acs-Action", "DescribeFaceVerify")}, 404, samples.AliyunFailed("InvalidAction.NotFound")},
		{"another version", edits{requests.Header("X-Acs-Version", "2020-06-18")}, 400, samples.AliyunFailed("NoSuchVersion")},
	})
}

func TestPage(t *testing.T) {
	requests.Run(t, samples.Aliyun, samples.FaceVerifyCard(), []step{
		{"short", nil, 200, samples.AliyunPage},
		{"short by name", edits{set("CertifyUrlStyle", "S"), set("CertifyUrlType", "H5")}, 200, samples.AliyunPage},
		{"long", edits{set("CertifyUrlStyle", "L"), set("CertifyUrlType", "WEB")}, 200, samples.AliyunLongPage},
		{"no ReturnUrl", edits{drop("ReturnUrl"), set("CertifyUrlType", "H5")}, 200, missing},
		{"ReturnUrl no URL", edits{set("ReturnUrl", "done")}, 200, bad},
		{"type outside its values", edits{set("CertifyUrlType", "h5")}, 200, bad},
		{"style outside its values", edits{set("CertifyUrlStyle", "M")}, 200, bad},
		{"hard-coded MetaInfo", edits{set("MetaInfo", "{}")}, 200, samples.AliyunIssued},
		{"liveness without a UserId", edits{set("ProductCode", "LR_FR")}, 200, samples.AliyunPage},
		{"no CertType", edits{drop("CertType")}, 200, missing},
		{"another CertType", edits{set("CertType", "PASSPORT")}, 200, bad},
		{"no CertName", edits{drop("CertName")}, 200, missing},
		{"no CertNo", edits{drop("CertNo")}, 200, missing},
		{"CertNo of 17", edits{set("CertNo", "11010519491231002")}, 200, bad},
		{"CertNo in lower case", edits{set("CertNo", "11010519491231002x")}, 200, samples.AliyunPage},
		{"CertNo encrypted", edits{set("CertNo", "BASE64"), set("EncryptType", "SM2")}, 200, samples.AliyunPage},
	})
}

func TestPhoto(t *testing.T) {
	issued := samples.AliyunIssued
	sized := func(width, height int) edits {
		return edits{inBody("FaceContrastPicture", photo(t, width, height))}
	}
	without := requests.Drop("FaceContrastPicture")
	requests.Run(t, samples.Aliyun, samples.FaceVerifyPhoto(t), []step{
		{"issued", nil, 200, issued},
		{"largest", sized(1920, 1080), 200, issued},
		{"turned", sized(480, 640), 200, issued},
		{"too wide", sized(1921, 1080), 200, bad},
		{"too high", sized(1920, 1081), 200, bad},
		{"too narrow", sized(639, 480), 200, bad},
		{"too low", sized(640, 479), 200, bad},
		{"of 1 MB", edits{inBody("FaceContrastPicture", largePhoto(t, 1_000_000))}, 200, issued},
		{"of more", edits{inBody("FaceContrastPicture", largePhoto(t, 1_000_003))}, 200, bad},
		{"no photo", edits{inBody("FaceContrastPicture", "aGVsbG8=")}, 200, bad},
		{"none", edits{without}, 200, missing},
		{"an address", edits{without, set("FaceContrastPictureUrl", "https://shop.example/photo")}, 200, issued},
		{"an address that is none", edits{without, set("FaceContrastPictureUrl", "photo")}, 200, bad},
		{"an object", edits{without, set("OssBucketName", "b"), set("OssObjectName", "o")}, 200, issued},
		{"a bucket without an object", edits{without, set("OssBucketName", "b")}, 200, missing},
		{"an earlier check", edits{without, set("CertifyId", samples.Hex)}, 200, issued},
		{"two ways", edits{set("CertifyId", samples.Hex)}, 200, bad},
		{"two other ways", edits{without, set("FaceContrastPictureUrl", "https://shop.example/photo"), set("OssBucketName", "b"), set("OssObjectName", "o")}, 200, bad},
	})
}

func TestBodyTooLarge(t *testing.T) {
	got := requests.Post(t, requests.Serve(t, samples.Aliyun()), samples.FaceVerify().Edited(inBody("FaceContrastPicture", strings.Repeat("A", 5_000_000))))
	require.Equal(t, 413, got.Status)
}

func TestScenes(t *testing.T) {
	o := samples.Options()
	o.Aliyun.Scenes = []string{"1000000006"}
	server := requests.Serve(t, sandbox.NewAliyun(o))
	require.Equal(t, samples.AliyunIssued+"\n", requests.Post(t, server, samples.FaceVerify()).Body)
	got := requests.Post(t, server, samples.FaceVerify().Edited(set("SceneId", "1000000007")))
	require.Equal(t, samples.AliyunFailed("404")+"\n", got.Body)
	require.Equal(t, 200, got.Status)
}

func TestOutcomeOfAUser(t *testing.T) {
	requests.Run(t, samples.Aliyun, samples.FaceVerify(), []step{
		{"a number", edits{set("UserId", "sandbox:code=418")}, 200, samples.AliyunFailed("418")},
		{"a word", edits{set("UserId", "sandbox:code=Throttling.User")}, 400, samples.AliyunFailed("Throttling.User")},
		{"none", edits{set("UserId", "sandbox:code=419")}, 200, bad},
	})
}
