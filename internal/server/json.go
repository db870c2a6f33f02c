package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protojson"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/providers"
)

// decodeJSON reads a JSON body. Unknown fields are errors.
func decodeJSON(body []byte) (*livenessv1.IssueLivenessTokenRequest, *providers.Error) {
	message := &livenessv1.IssueLivenessTokenRequest{}
	if err := protojson.Unmarshal(body, message); err != nil {
		return nil, describeJSON(body, err.Error())
	}
	return message, nil
}

// position is how the library states where it failed.
var position = regexp.MustCompile(`\(line (\d+):(\d+)\)`)

// describeJSON says where a body is wrong and in which way. Of the library's text
// only the position and the kind are used: the rest quotes values.
func describeJSON(body []byte, text string) *providers.Error {
	line, column := 1, 1
	if found := position.FindStringSubmatch(text); found != nil {
		line, _ = strconv.Atoi(found[1])
		column, _ = strconv.Atoi(found[2])
	} else if len(body) > 0 {
		line, column = bytes.Count(body, []byte("\n"))+1, utf8.RuneCount(body[bytes.LastIndexByte(body, '\n')+1:])
	}
	what := "is not valid JSON"
	switch {
	case len(bytes.TrimSpace(body)) == 0:
		what = "the body is empty"
	case strings.Contains(text, "unknown field"):
		what = "is not a field of the request"
	case strings.Contains(text, "duplicate field"):
		what = "stands there twice"
	case strings.Contains(text, "invalid value"), strings.Contains(text, "unexpected token"):
		what = "has a value of the wrong type or form"
	}
	path := pathAt(body, offsetOf(body, line, column))
	return invalidRequest(path, fmt.Sprintf("%s (line %d, column %d)", what, line, column))
}

// offsetOf returns the byte offset of a position counted in runes from 1.
func offsetOf(body []byte, line, column int) int {
	offset := 0
	for ; line > 1; line-- {
		next := bytes.IndexByte(body[offset:], '\n')
		if next < 0 {
			return len(body)
		}
		offset += next + 1
	}
	for ; column > 1 && offset < len(body); column-- {
		_, size := utf8.DecodeRune(body[offset:])
		offset += size
	}
	return offset
}

// level is an object or array around the place that is looked for.
type level struct {
	array bool
	key   string
	index int
	value bool // of an object: the key has been read, its value comes
}

// pathAt returns the JSON path of the token at offset, as far as the body can be read.
func pathAt(body []byte, offset int) providers.Path {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var levels []level
	for {
		token, err := decoder.Token()
		if err != nil {
			return pathOf(levels)
		}
		reached := int(decoder.InputOffset()) > offset
		if delim, ok := token.(json.Delim); ok && (delim == '}' || delim == ']') {
			if reached {
				return pathOf(levels)
			}
			levels = levels[:len(levels)-1]
			continue
		}
		if top := len(levels) - 1; top >= 0 {
			levels[top].read(token)
		}
		if reached {
			return pathOf(levels)
		}
		if delim, ok := token.(json.Delim); ok {
			levels = append(levels, level{array: delim == '[', index: -1})
		}
	}
}

func (l *level) read(token json.Token) {
	switch {
	case l.array:
		l.index++
	case l.value:
		l.value = false
	default:
		l.key, _ = token.(string)
		l.value = true
	}
}

// fieldKey is what a field's name can be; another key is the caller's content and is
// not repeated.
var fieldKey = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,63}$`)

func pathOf(levels []level) providers.Path {
	var path strings.Builder
	for _, l := range levels {
		switch {
		case l.array && l.index >= 0:
			path.WriteString("[" + strconv.Itoa(l.index) + "]")
		case fieldKey.MatchString(l.key):
			if path.Len() > 0 {
				path.WriteByte('.')
			}
			path.WriteString(l.key)
		default:
			return providers.Path(path.String())
		}
	}
	return providers.Path(path.String())
}
