package message

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"

	"github.com/liveness-gateway/gateway/internal/providers"
)

// level is an object or array around the place that is looked for.
type level struct {
	array bool
	key   string
	index int
	value bool // of an object: the key has been read, its value comes
}

// pathAt returns the JSON path of the token at offset, as far as the body can be read,
// and whether it is JSON up to and with that token.
func pathAt(body []byte, offset int) (path providers.Path, whole bool) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var levels []level
	for first := true; ; first = false {
		token, err := decoder.Token()
		if err != nil || len(levels) == 0 && !first {
			return pathOf(levels), false
		}
		reached := int(decoder.InputOffset()) > offset
		if delim, ok := token.(json.Delim); ok && (delim == '}' || delim == ']') {
			if reached {
				return pathOf(levels), true
			}
			levels = levels[:len(levels)-1]
			continue
		}
		if top := len(levels) - 1; top >= 0 {
			levels[top].read(token)
		}
		if reached {
			return pathOf(levels), true
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
// not repeated. An id or a number of a user has more digits than any field.
var fieldKey = regexp.MustCompile(`^[A-Za-z_]{1,40}[0-9]?$`)

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
