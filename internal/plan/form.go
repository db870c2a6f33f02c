package plan

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/message"
	"github.com/liveness-gateway/gateway/internal/permissions"
	"github.com/liveness-gateway/gateway/internal/personal"
	"github.com/liveness-gateway/gateway/internal/routing/route"
)

// form is what an operator asks a running gateway: a request without personal values. With names
// those that it would have.
type form struct {
	Request json.RawMessage `json:"request"`
	With    []string        `json:"with"`
}

// stand puts placeholders for personal values into a message: routing only looks whether they are
// there, and nothing is sent to a vendor.
var stand = map[string]func(*livenessv1.IssueLivenessTokenRequest){
	"subjectId": func(m *livenessv1.IssueLivenessTokenRequest) { m.SubjectId = "somebody" },
	"callback": func(m *livenessv1.IssueLivenessTokenRequest) {
		url := "https://callback.example/"
		m.Callback = &livenessv1.Callback{ReturnUrl: &url, NotifyUrl: &url}
	},
	"identityDocument": func(m *livenessv1.IssueLivenessTokenRequest) {
		comparison(m).IdentityDocument = &livenessv1.IdentityDocument{
			Type:    livenessv1.IdentityDocumentType_IDENTITY_DOCUMENT_TYPE_IDENTITY_CARD,
			Country: "CN", Name: "name", Number: "000000000000000000",
		}
	},
	"photo": func(m *livenessv1.IssueLivenessTokenRequest) {
		comparison(m).Photos = append(comparison(m).Photos, &livenessv1.Photo{Content: []byte{0}})
	},
}

// maxPhotos is the contract's.
const maxPhotos = 3

func comparison(m *livenessv1.IssueLivenessTokenRequest) *livenessv1.Comparison {
	if m.GetComparison() == nil {
		m.Comparison = &livenessv1.Comparison{}
	}
	return m.GetComparison()
}

var (
	errForm     = errors.New(`the plan must be a JSON object with "request", and "with" where it is needed`)
	errWith     = errors.New("with must be of subjectId, callback, identityDocument and, once for each, photo")
	errPersonal = errors.New("a plan takes no personal values: leave the user's id, document, photos and callback out of request, and name in with those that would be there")
)

// OfForm explains how a request would be routed. The description has no personal values: {"request":
// {…}, "with": ["subjectId", "photo"]}. The error says what is wrong with it, and repeats nothing of
// it but names.
func OfForm(ctx context.Context, settings Settings, description []byte) (*Plan, error) {
	var f form
	decoder := json.NewDecoder(bytes.NewReader(description))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&f); err != nil {
		return nil, errForm
	}
	request, refused := message.DecodeJSON(f.Request)
	if refused != nil {
		return &Plan{&route.Explanation{}, failureOf(refused)}, nil
	}
	if len(personal.Texts(request)) > 0 || len(request.GetComparison().GetPhotos()) > 0 {
		return nil, errPersonal
	}
	if err := f.fill(request); err != nil {
		return nil, err
	}
	settings.Permissions = anyCallback(settings.Permissions)
	explanation, err := explain(ctx, settings, request)
	if err != nil {
		return nil, err
	}
	if explanation.OrderedBy == "subject_id" && slices.Contains(f.With, "subjectId") {
		explanation.OfAnybody() // otherwise it would show the order of one particular user
	}
	return &Plan{&explanation, failureOf(explanation.Failure)}, nil
}

func (f *form) fill(request *livenessv1.IssueLivenessTokenRequest) error {
	if len(f.With) > len(stand)+maxPhotos {
		return errForm
	}
	for _, name := range f.With {
		put := stand[name]
		if put == nil {
			return errWith
		}
		put(request)
	}
	return nil
}

// anyCallback lifts limits on callback hosts, because the plan's own callback is a placeholder.
func anyCallback(all map[string]*permissions.Permissions) map[string]*permissions.Permissions {
	widened := make(map[string]*permissions.Permissions, len(all))
	for name, p := range all {
		wide := *p
		wide.CallbackHosts = nil
		widened[name] = &wide
	}
	return widened
}
