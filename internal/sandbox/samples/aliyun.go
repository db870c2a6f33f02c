package samples

import (
	"cmp"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/liveness-gateway/gateway/internal/sandbox"
	"github.com/liveness-gateway/gateway/internal/sandbox/requests"
)

// What Aliyun issues, for an app and for a page.
const (
	AliyunID       = "FBFBFBFB-FBFB-4BFB-BBFB-FBFBFBFBFBFB"
	AliyunIssued   = `{"RequestId":"` + AliyunID + `","Message":"success","Code":"200","ResultObject":{"CertifyId":"` + Hex + `"}}`
	AliyunPage     = `{"RequestId":"` + AliyunID + `","Message":"success","Code":"200","ResultObject":{"CertifyId":"` + Hex + `","CertifyUrl":"https://t.aliyun.example/fbfbf"}}`
	AliyunLongPage = `{"RequestId":"` + AliyunID + `","Message":"success","Code":"200","ResultObject":{"CertifyId":"` + Hex + `","CertifyUrl":"https://page.aliyun.example/verify?certifyId=` + Hex + `&scene=1000000006"}}`
)

// AliyunFailed is Aliyun's failed answer: a number is the service's, a word the API gateway's.
func AliyunFailed(code string) string {
	if _, err := strconv.Atoi(code); err == nil {
		return `{"RequestId":"` + AliyunID + `","Message":"the request was refused","Code":"` + code + `"}`
	}
	return `{"RequestId":"` + AliyunID + `","HostId":"` + AliyunHost + `","Code":"` + code + `","Message":"the request was refused",` +
		`"Recommend":"https://help.aliyun.example/troubleshoot?q=` + code + `"}`
}

// AliyunHost is whom requests are for.
const AliyunHost = "cloudauth.aliyuncs.com"

// AliyunKey is what signs a request to Aliyun, at a time such as 2023-11-14T22:13:20Z.
type AliyunKey struct {
	ID, Secret, Session string
	// Nonce is a fresh one for each request if it is empty.
	Now, Nonce string
	// Signed are the headers that are signed, in order. Nil means those that have to be.
	Signed []string
}

// AliyunDemo signs with the demonstration credential.
func AliyunDemo() AliyunKey {
	return AliyunKey{
		ID: sandbox.DemoAliyunKeyID, Secret: sandbox.DemoAliyunKeySecret,
		Now: "2023-11-14T22:13:20Z",
	}
}

// Sign is ACS3-HMAC-SHA256.
func (k AliyunKey) Sign(r *http.Request, body []byte) {
	r.Host = AliyunHost
	r.Header.Set("X-Acs-Date", k.Now)
	r.Header.Set("X-Acs-Signature-Nonce", cmp.Or(k.Nonce, rand.Text()))
	r.Header.Set("X-Acs-Content-Sha256", hexSHA256(body))
	if k.Session != "" {
		r.Header.Set("X-Acs-Security-Token", k.Session)
	}
	names := k.Signed
	if names == nil {
		names = []string{"host", "x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce", "x-acs-version"}
		if k.Session != "" {
			names = append(names, "x-acs-security-token")
		}
		if len(body) > 0 {
			names = append(names, "content-type")
		}
		slices.Sort(names)
	}
	values := map[string]string{"host": r.Host}
	for _, name := range names {
		if values[name] == "" {
			values[name] = r.Header.Get(name)
		}
	}
	lines := []string{r.Method, "/", r.URL.RawQuery}
	for _, name := range names {
		lines = append(lines, name+":"+values[name])
	}
	canonical := strings.Join(append(lines, "", strings.Join(names, ";"), hexSHA256(body)), "\n")
	signature := hex.EncodeToString(hmacSHA256([]byte(k.Secret), "ACS3-HMAC-SHA256\n"+hexSHA256([]byte(canonical))))
	r.Header.Set("Authorization", "ACS3-HMAC-SHA256 Credential="+k.ID+",SignedHeaders="+strings.Join(names, ";")+",Signature="+signature)
}

// AliyunSet gives a parameter of the query another text.
func AliyunSet(name, text string) requests.Edit {
	return aliyunQuery(func(query url.Values) { query.Set(name, text) })
}

// AliyunDrop leaves a parameter of the query out.
func AliyunDrop(name string) requests.Edit {
	return aliyunQuery(func(query url.Values) { query.Del(name) })
}

func aliyunQuery(change func(url.Values)) requests.Edit {
	return func(r *requests.Request) {
		path, encoded, _ := strings.Cut(r.Path, "?")
		query, _ := url.ParseQuery(encoded) // as it was written here
		change(query)
		r.Path = path + "?" + aliyunEncoded(query)
	}
}

// aliyunEncoded writes parameters by name, as they are signed.
func aliyunEncoded(values url.Values) string {
	return strings.NewReplacer("+", "%20", "*", "%2A", "%7E", "~").Replace(values.Encode())
}

// aliyunForm writes the parameters of the body.
func aliyunForm(_ *testing.T, r requests.Request) (contentType string, body []byte) {
	form := url.Values{}
	for _, f := range r.Fields {
		form.Add(f.Name, f.Text)
	}
	return "application/x-www-form-urlencoded", []byte(aliyunEncoded(form))
}

// FaceVerify asks for liveness alone, in an app.
func FaceVerify() requests.Request {
	query := url.Values{
		"SceneId": {"1000000006"}, "OuterOrderNo": {"lg0000000000000000000000000001ab"}, "ProductCode": {"LR_FR"},
		"MetaInfo": {`{"deviceType":"android"}`}, "UserId": {"user-1"},
	}
	return requests.Request{
		Path: "/?" + aliyunEncoded(query), Encode: aliyunForm, Sign: AliyunDemo().Sign,
	}.Edited(requests.Header("X-Acs-Action", "InitFaceVerify"), requests.Header("X-Acs-Version", "2019-03-07"))
}

// FaceVerifyCard asks for a page that compares with an identity card.
func FaceVerifyCard() requests.Request {
	return FaceVerify().Edited(
		AliyunSet("ProductCode", "ID_PRO"), AliyunSet("CertType", "IDENTITY_CARD"), AliyunSet("CertName", "李四"), AliyunSet("CertNo", "11010519491231002X"),
		AliyunSet("ReturnUrl", "https://shop.example/done"), AliyunDrop("UserId"),
	)
}

// FaceVerifyPhoto asks for a comparison with a photo, in an app.
func FaceVerifyPhoto(t *testing.T) requests.Request {
	t.Helper()
	return FaceVerify().Edited(
		AliyunSet("ProductCode", "PV_FV"), AliyunDrop("UserId"),
		requests.Add("FaceContrastPicture", base64.StdEncoding.EncodeToString(requests.PNG(t, 640, 480))),
	)
}

// Aliyun is Aliyun's stand-in with Options.
func Aliyun() http.Handler { return sandbox.NewAliyun(Options()) }
