package schema

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"github.com/liveness-gateway/gateway/internal/config/format"
)

// quantity is what an x-range can be of.
type quantity struct {
	// parse returns 0 and false for what is none.
	parse func(text string) (int64, bool)
	wrong func(least, most int64) string
}

var quantities = []quantity{
	{
		func(text string) (int64, bool) { d, err := time.ParseDuration(text); return int64(d), err == nil },
		func(least, most int64) string {
			return fmt.Sprintf("must be a duration from %s to %s, such as 3s", time.Duration(least), time.Duration(most))
		},
	},
	{
		func(text string) (int64, bool) { size := format.ParseSize(text); return int64(size), size > 0 },
		func(least, most int64) string {
			return fmt.Sprintf("must be a size from %s to %s, such as 512MiB", format.Size(least), format.Size(most))
		},
	},
	{
		func(text string) (int64, bool) {
			n, err := strconv.ParseInt(text, 10, 64)
			return n, err == nil && strconv.FormatInt(n, 10) == text
		},
		func(least, most int64) string {
			return fmt.Sprintf("must be a whole number from %d to %d", least, most)
		},
	},
}

// textRange is a compiled x-range.
type textRange struct {
	quantity

	least, most int64
}

func compileRange(_ *jsonschema.CompilerContext, rule map[string]any) (jsonschema.SchemaExt, error) {
	bounds, _ := rule["x-range"].([]any)
	if len(bounds) != 2 {
		return nil, nil //nolint:nilnil // the library's way to say that there is none
	}
	for _, q := range quantities {
		least, ok := q.parse(fmt.Sprint(bounds[0]))
		most, alike := q.parse(fmt.Sprint(bounds[1]))
		if ok && alike {
			return textRange{q, least, most}, nil
		}
	}
	return nil, fmt.Errorf("x-range: %v is of no quantity that is known", bounds)
}

// Validate reports a text that is outside the range as one of a wrong format.
func (r textRange) Validate(context *jsonschema.ValidatorContext, value any) {
	text, ok := value.(string)
	if !ok {
		return
	}
	if n, ok := r.parse(text); !ok || n < r.least || n > r.most {
		context.AddError(&kind.Format{Got: text, Want: "x-range", Err: errors.New(r.wrong(r.least, r.most))})
	}
}
