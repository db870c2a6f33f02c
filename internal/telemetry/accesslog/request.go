package accesslog

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap/zapcore"
	"google.golang.org/protobuf/reflect/protoreflect"

	livenessv1 "github.com/liveness-gateway/gateway/gen/liveness/v1"
	"github.com/liveness-gateway/gateway/internal/call"
	"github.com/liveness-gateway/gateway/internal/providers"
	"github.com/liveness-gateway/gateway/internal/routing/route"
)

// Scenarios are the names of the configured ones. Others that callers send are their content.
// They are safe for concurrent use; nil has none.
type Scenarios struct {
	names atomic.Pointer[map[string]struct{}]
}

// NewScenarios returns those of the routes.
func NewScenarios(routes []route.Route) *Scenarios {
	s := &Scenarios{}
	s.Use(routes)
	return s
}

// Use has them be those of the routes from now on.
func (s *Scenarios) Use(routes []route.Route) {
	names := make(map[string]struct{}, len(routes))
	for i := range routes {
		names[routes[i].Scenario] = struct{}{}
	}
	s.names.Store(&names)
}

// label is "unknown" for one that is not configured.
func (s *Scenarios) label(scenario string) string {
	if scenario == "" {
		return ""
	}
	if s != nil {
		if _, ok := (*s.names.Load())[scenario]; ok {
			return scenario
		}
	}
	return "unknown"
}

// maxCallerRequestID is how long a caller's own id of a call may be: twice what those of
// tracing systems have.
const maxCallerRequestID = 128

// callerRequestID returns the caller's own id of the call, "" if it has none that a log can
// show: one value of visible ASCII.
func callerRequestID(c *call.Call) string {
	if c.Metadata == nil {
		return ""
	}
	values := c.Metadata.Values("x-request-id")
	if len(values) != 1 || len(values[0]) > maxCallerRequestID ||
		strings.ContainsFunc(values[0], func(r rune) bool { return r <= ' ' || r > '~' }) {
		return ""
	}
	return values[0]
}

// maxFields bounds the fields that a line names.
const maxFields = 16

// fieldsAtFault are the paths of violations, as the contract spells them.
type fieldsAtFault []providers.Violation

// MarshalLogArray writes each path once.
func (f fieldsAtFault) MarshalLogArray(array zapcore.ArrayEncoder) error {
	var written []string
	for i := range f {
		path := knownPath(f[i].Path)
		if slices.Contains(written, path) {
			continue
		}
		if len(written) == maxFields {
			return nil
		}
		written = append(written, path)
		array.AppendString(path)
	}
	return nil
}

var requestFields = (&livenessv1.IssueLivenessTokenRequest{}).ProtoReflect().Descriptor().Fields()

// knownPath returns a path with the contract's own names. It ends in "?" where a caller has
// made a name up: that is the caller's content.
func knownPath(path providers.Path) string {
	fields := requestFields
	var known strings.Builder
	for part := range strings.SplitSeq(string(path), ".") {
		name, index, indexed := strings.Cut(part, "[")
		if known.Len() > 0 {
			known.WriteByte('.')
		}
		var field protoreflect.FieldDescriptor
		if fields != nil {
			if field = fields.ByTextName(name); field == nil {
				field = fields.ByJSONName(name)
			}
		}
		if field == nil {
			known.WriteByte('?')
			return known.String()
		}
		known.WriteString(string(field.Name()))
		if indexed && len(index) <= len("99]") {
			known.WriteString("[" + index)
		}
		if fields = nil; field.Message() != nil {
			fields = field.Message().Fields()
		}
	}
	return known.String()
}

type ruledOut []route.RuledOut

// MarshalLogArray writes the targets that could not serve the call.
func (r ruledOut) MarshalLogArray(array zapcore.ArrayEncoder) error {
	for i := range r {
		if err := array.AppendObject((*outTarget)(&r[i])); err != nil {
			return err
		}
	}
	return nil
}

type outTarget route.RuledOut

// MarshalLogObject writes one target, the fields at fault and the reason of the first.
func (o *outTarget) MarshalLogObject(object zapcore.ObjectEncoder) error {
	object.AddString("product", o.Target.Product.ID)
	object.AddString("account", o.Target.Account)
	if len(o.Violations) == 0 {
		return nil
	}
	object.AddString("reason", string(o.Violations[0].Reason))
	return object.AddArray("fields", fieldsAtFault(o.Violations))
}

// strangersASecond bounds the lines of calls without a caller, where there must be one.
const strangersASecond = 20

// strangers bounds the lines of calls that nobody known made: they cost who sends them
// nothing.
type strangers struct {
	mu                 sync.Mutex
	second             int64
	written, unwritten int64
}

// admit reports whether a line may be written now, and how many were not since the last.
func (s *strangers) admit(now time.Time) (unwritten int64, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if second := now.Unix(); second != s.second {
		s.second, s.written = second, 0
	}
	if s.written == strangersASecond {
		s.unwritten++
		return 0, false
	}
	s.written++
	unwritten, s.unwritten = s.unwritten, 0
	return unwritten, true
}
