package aliyun

import (
	"encoding/base64"
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/liveness-gateway/gateway/internal/sandbox/params"
	"github.com/liveness-gateway/gateway/internal/sandbox/photo"
)

// inBody are the parameters that the vendor's SDK sends in a form.
var inBody = []string{"FaceContrastPicture", "Model", "Crop", "AuthId"}

// read reads the query and the body's form.
func read(w http.ResponseWriter, r *http.Request) params.Input {
	in := params.Raw(maxBody)(w, r)
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		in.Problem = params.BadBody
	}
	form := url.Values{}
	if media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); media == "application/x-www-form-urlencoded" && !in.TooLarge {
		if form, err = url.ParseQuery(string(in.Body)); err != nil {
			in.Problem = params.BadBody
		}
	}
	for name, value := range params.Query(query) {
		if !slices.Contains(inBody, name) {
			in.Values[name] = value
		}
	}
	for name, value := range params.Query(form) {
		if slices.Contains(inBody, name) {
			in.Values[name] = value
		}
	}
	return in
}

const (
	// maxPhoto is what "under 1 MB" has in base64.
	maxPhoto = (1_000_000 + 2) / 3 * 4

	encrypted = "SM2"
)

const (
	sceneID    = `^[1-9][0-9]{0,18}$`
	orderNo    = `^[0-9A-Za-z]{1,32}$`
	cardNumber = `^[0-9]{17}[0-9Xx]$`
)

// photoWays are the ways to hand over the photo of PV_FV, which takes one of them.
var photoWays = []string{picture, "FaceContrastPictureUrl", "OssBucketName", "CertifyId"}

const picture = "FaceContrastPicture"

// rows is InitFaceVerify, 请求参数. known reports whether there is such a scene.
func rows(known func(id string) bool) []params.Row {
	card, liveness := params.Is("ProductCode", "ID_PRO"), params.Is("ProductCode", "LR_FR")
	plain := params.Both(card, params.Not(params.Is("EncryptType", encrypted)))
	return slices.Concat(
		[]params.Row{
			{Name: "SceneId", Required: true, Check: params.Matching(sceneID).And(params.Text(known).Or(noSuchScene))},
			{Name: "OuterOrderNo", Required: true, Check: params.Matching(orderNo)},
			{Name: "ProductCode", Required: true, Check: params.OneOf("ID_PRO", "ID_PLUS", "PV_FV", "LR_FR")},
			{Name: "MetaInfo", Required: true, Check: params.Text(isObject)},
			oneOf("Model", "LIVENESS", "PHOTINUS_LIVENESS", "MULTI_ACTION", "MOVE_ACTION", "MOVE_PHOTINUS", "MULTI_PHOTINUS", "MULTI_FAPTCHA"),
			{Name: "CertType", Required: true, When: card, Check: params.OneOf("IDENTITY_CARD")},
			{Name: "CertName", Required: true, When: card, Check: params.AnyText()},
			{Name: "CertNo", Required: true, When: card, Check: params.AnyText()},
			{Name: "CertNo", When: plain, Check: params.Matching(cardNumber)},
			{Name: "UserId", Required: true, When: params.Both(liveness, params.Not(ofPage)), Check: params.AnyText()},
			{Name: "UserId", Check: params.MaxChars(100)},
			{Name: "ReturnUrl", Required: true, When: ofPage, Check: params.WebURL()},
			oneOf("CertifyUrlType", "WEB", "H5"),
			oneOf("CertifyUrlStyle", "L", "S"),
			{Name: "CallbackUrl", Check: params.WebURL().And(params.Text(isHTTPS))},
		},
		photoRows(),
		[]params.Row{
			oneOf("Crop", "T", "F"),
			oneOf("ProcedurePriority", "url", "keep", "video"),
			oneOf("NeedMultiFaceCheck", "Y", "N"),
			oneOf("EncryptType", encrypted),
			oneOf("SuitableType", "0", "1", "2"),
			{Name: "AuthId", Check: params.MaxChars(64)},
		},
	)
}

// photoRows are of PV_FV: one of the four ways, and no second one.
func photoRows() []params.Row {
	photos := params.Is("ProductCode", "PV_FV")
	rows := []params.Row{{Name: picture, Required: true, When: params.Both(photos, params.Not(given(photoWays[1:]))), Check: params.AnyText()}}
	for i, way := range photoWays {
		rows = append(rows, params.Row{Name: way, When: params.Both(photos, given(photoWays[:i])), Check: never})
	}
	return append(
		rows,
		params.Row{Name: picture, When: photos, Check: params.Base64Photo(maxPhoto).And(rightSize)},
		params.Row{Name: "FaceContrastPictureUrl", When: photos, Check: params.WebURL()},
		params.Row{Name: "OssObjectName", Required: true, When: params.Both(photos, params.Given("OssBucketName")), Check: params.AnyText()},
	)
}

// given puts a row in force when one of the named parameters is there.
func given(names []string) func(params.Values) bool {
	return func(v params.Values) bool {
		return slices.ContainsFunc(names, func(name string) bool { return params.Given(name)(v) })
	}
}

func ofPage(v params.Values) bool { return given([]string{"ReturnUrl", "CertifyUrlType"})(v) }

func never(params.Value) params.Kind { return params.Malformed }

func oneOf(name string, values ...string) params.Row {
	return params.Row{Name: name, Check: params.OneOf(values...)}
}

func isHTTPS(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Scheme == "https"
}

// rightSize passes photos of 640 by 480 to 1920 by 1080 pixels, turned or not.
func rightSize(v params.Value) params.Kind {
	size := photo.Size(base64.NewDecoder(base64.StdEncoding, strings.NewReader(v.Text)))
	long, short := max(size.X, size.Y), min(size.X, size.Y)
	if long < 640 || long > 1920 || short < 480 || short > 1080 {
		return params.Malformed
	}
	return params.None
}

func isObject(text string) bool {
	var object map[string]json.RawMessage
	return json.Unmarshal([]byte(text), &object) == nil && object != nil
}

func emptyObject(text string) bool {
	var object map[string]json.RawMessage
	return json.Unmarshal([]byte(text), &object) == nil && len(object) == 0
}
