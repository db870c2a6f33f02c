package work

import (
	"encoding/json"
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
)

// WithPhotosAsBytes returns the call as the contract had it up to commit 893f233, where a
// photo was bytes and no message, for a baseline of that time. Small calls are the same.
func (w Work) WithPhotosAsBytes() Work {
	w.photosAsBytes = true
	return w
}

// encodeWithPhotosAsBytes is Encode for the two protocols whose content differs.
func (w Work) encodeWithPhotosAsBytes(protocol Protocol) (Body, error) {
	switch protocol {
	case GRPC:
		content, err := w.wireWithPhotosAsBytes()
		return Body{Content: content}, err
	case JSON:
		content, err := w.jsonWithPhotosAsBytes()
		return Body{restPath, "application/json", content}, err
	default:
		return Body{}, fmt.Errorf("no protocol %q", protocol)
	}
}

// wireWithPhotosAsBytes writes the fields in the order of their numbers, as generated
// code does.
func (w Work) wireWithPhotosAsBytes() ([]byte, error) {
	const comparison, photos = 8, 2 // the fields' numbers in the contract
	var field []byte
	for _, content := range w.photos {
		field = protowire.AppendTag(field, photos, protowire.BytesType)
		field = protowire.AppendBytes(field, content)
	}
	head := proto.CloneOf(w.message)
	head.Comparison, head.Callback = nil, nil
	content, err := proto.Marshal(head)
	if err != nil {
		return nil, err
	}
	content = protowire.AppendTag(content, comparison, protowire.BytesType)
	content = protowire.AppendBytes(content, field)
	return proto.MarshalOptions{}.MarshalAppend(content, &livenessv1.IssueLivenessTokenRequest{Callback: w.message.GetCallback()})
}

func (w Work) jsonWithPhotosAsBytes() ([]byte, error) {
	type comparison struct {
		Photos [][]byte `json:"photos"`
	}
	type callback struct {
		ReturnURL string `json:"returnUrl"`
		NotifyURL string `json:"notifyUrl"`
	}
	return json.Marshal(struct {
		Flow             string     `json:"flow"`
		Scenario         string     `json:"scenario"`
		AcceptedProducts []string   `json:"acceptedProducts"`
		SubjectID        string     `json:"subjectId"`
		Reference        string     `json:"reference"`
		Comparison       comparison `json:"comparison"`
		Callback         callback   `json:"callback"`
	}{
		Flow:             w.message.GetFlow().String(),
		Scenario:         w.message.GetScenario(),
		AcceptedProducts: w.message.GetAcceptedProducts(),
		SubjectID:        w.message.GetSubjectId(),
		Reference:        w.message.GetReference(),
		Comparison:       comparison{w.photos},
		Callback:         callback{w.message.GetCallback().GetReturnUrl(), w.message.GetCallback().GetNotifyUrl()},
	})
}
