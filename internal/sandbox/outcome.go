package sandbox

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/liveness-gateway/gateway/internal/sandbox/standin"
)

// An outcome is written as items with commas between them: changes of the request's
// course, and at most one ending. What follows a # is a note, which makes the text
// unique where it has to be.
const (
	outcomePrefix = "sandbox:"
	outcomeLimit  = 256 // bytes
	maxDelay      = 30 * time.Second
	maxSkew       = 24 * time.Hour
)

// outcome is what is scripted for a request.
type outcome struct {
	text   string // as it was asked for, without the note
	delay  time.Duration
	skew   time.Duration
	status int // 0 if none is asked for
	code   string
	ending ending
	ends   bool // ending was asked for
}

// item is one word of the grammar.
type item struct {
	name    string
	example string // of its value; empty if it takes none
	set     func(o *outcome, value string) error
}

// items are all of them, changes first.
func items() []item {
	return []item{
		{"delay", "500ms", setDelay},
		{"skew", "10m", setSkew},
		{"status", "503", setStatus},
		{"code", "BAD_ARGUMENTS:uuid", setCode},
		{"html", "", ends(ending{answer: answerHTML, send: sendWhole, takesStatus: true})},
		{"redirect", "", ends(ending{answer: answerRedirect, send: sendWhole})},
		{"too-large", "", ends(ending{answer: answerTooLarge, send: sendWhole})},
		{"endless", "", ends(ending{answer: answerEndless, send: sendEndless})},
		{"half-body", "", ends(ending{answer: serve, send: sendHalf})},
		{"garbage", "", ends(ending{answer: serve, send: sendGarbage, silent: true})},
		{"reset", "", ends(ending{answer: serve, send: sendReset, silent: true})},
		{"hang", "", ends(ending{answer: serve, send: sendNothing, silent: true})},
	}
}

// outcomes are the items as they may be written.
func outcomes() []string {
	var texts []string
	for _, each := range items() {
		if each.example != "" {
			each.name += "=" + each.example
		}
		texts = append(texts, each.name)
	}
	return texts
}

// usual is the outcome of a request for which none is scripted.
func usual() outcome { return outcome{ending: ending{answer: serve, send: sendWhole}} }

// or returns the status that is asked for, else the one given.
func (o *outcome) or(status int) int {
	if o.status != 0 {
		return o.status
	}
	return status
}

// parseOutcome reads an outcome of an endpoint's.
func parseOutcome(text string, e *standin.Endpoint) (outcome, error) {
	o := usual()
	if len(text) > outcomeLimit {
		return o, fmt.Errorf("an outcome has at most %d bytes", outcomeLimit)
	}
	o.text, _, _ = strings.Cut(text, "#")
	var seen []string
	for part := range strings.SplitSeq(o.text, ",") {
		name, err := o.apply(part)
		if err != nil {
			return o, err
		}
		if slices.Contains(seen, name) {
			return o, fmt.Errorf("%s stands twice", name)
		}
		seen = append(seen, name)
	}
	return o, o.complete(e)
}

func (o *outcome) apply(part string) (name string, err error) {
	name, value, hasValue := strings.Cut(part, "=")
	all := items()
	i := slices.IndexFunc(all, func(each item) bool { return each.name == name })
	switch {
	case i < 0:
		return name, fmt.Errorf("no outcome %q", name)
	case hasValue && all[i].example == "":
		return name, fmt.Errorf("%s takes no value", name)
	case value == "" && all[i].example != "":
		return name, fmt.Errorf("%s needs a value, such as %s=%s", name, name, all[i].example)
	default:
		return name, all[i].set(o, value)
	}
}

// complete settles what depends on several items and on the endpoint.
func (o *outcome) complete(e *standin.Endpoint) error {
	switch {
	case o.code != "":
		if _, _, known := e.LookUp(o.code); !known && o.status == 0 {
			return fmt.Errorf("%s has no code %q; with a status, such as status=400,code=%s, it may be any", e.Product, o.code, o.code)
		}
	case o.status != 0 && !o.ends:
		o.ending = ending{answer: answerStatus, send: sendWhole}
	case o.status != 0 && !o.ending.takesStatus:
		return errors.New("status goes with code or html, or alone")
	}
	return nil
}

func setDelay(o *outcome, value string) (err error) {
	o.delay, err = time.ParseDuration(value)
	if err != nil || o.delay <= 0 || o.delay > maxDelay {
		return fmt.Errorf("delay is a time up to %s, such as delay=500ms", maxDelay)
	}
	return nil
}

func setSkew(o *outcome, value string) (err error) {
	o.skew, err = time.ParseDuration(value)
	if err != nil || o.skew == 0 || o.skew.Abs() > maxSkew {
		return fmt.Errorf("skew is a time up to %s either way, such as skew=10m or skew=-10m", maxSkew)
	}
	return nil
}

func setStatus(o *outcome, value string) (err error) {
	o.status, err = strconv.Atoi(value)
	if err != nil || o.status < http.StatusOK || o.status > 599 {
		return errors.New("status is a number from 200 to 599, such as status=503")
	}
	return nil
}

func setCode(o *outcome, value string) error {
	o.code = value
	return ends(ending{answer: answerCode, send: sendWhole})(o, value)
}

// ends sets how the request ends, which can be said once.
func ends(how ending) func(*outcome, string) error {
	return func(o *outcome, _ string) error {
		if o.ends {
			return errors.New("a request ends in one way only")
		}
		o.ending, o.ends = how, true
		return nil
	}
}
