package trial

import (
	"encoding/json"
	"errors"
	"strings"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/files"
	"github.com/liveness-gateway/gateway/internal/message"
)

// maxRequestMiB is how large a body of REST may be.
const maxRequestMiB = 28

// readMessage reads the request from a JSON file or, if none is named, makes it of
// fields. No error shows a value of the request.
func readMessage(file string, fields []string) (*livenessv1.IssueLivenessTokenRequest, error) {
	body, err := fieldsJSON(fields)
	if file != "" {
		body, err = files.ReadStream(file, maxRequestMiB)
	}
	if err != nil {
		return nil, err
	}
	request, refused := message.DecodeJSON(body)
	if refused != nil {
		return nil, refused
	}
	return request, nil
}

// fieldsJSON makes an object of fields, each PATH=VALUE with the contract's names in
// either spelling. VALUE is text, which JSON takes for numbers and enums too, true or
// false, or @FILE for one more photo of a list.
func fieldsJSON(fields []string) ([]byte, error) {
	request := map[string]any{}
	for _, field := range fields {
		path, value, ok := strings.Cut(field, "=")
		if !ok {
			return nil, errors.New("a field must be PATH=VALUE")
		}
		object, names := request, strings.Split(path, ".")
		for ; len(names) > 1; names = names[1:] {
			inner, _ := object[names[0]].(map[string]any)
			if inner == nil {
				inner = map[string]any{}
				object[names[0]] = inner
			}
			object = inner
		}
		name := names[0]
		if file, ok := strings.CutPrefix(value, "@"); ok {
			content, err := files.ReadStream(file, maxRequestMiB)
			if err != nil {
				return nil, err
			}
			list, _ := object[name].([]any)
			object[name] = append(list, map[string]any{"content": content})
		} else if value == "true" || value == "false" {
			object[name] = value == "true"
		} else {
			object[name] = value
		}
	}
	return json.Marshal(request)
}
