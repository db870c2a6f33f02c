package call

import (
	"errors"
	"fmt"
	"regexp"
	"runtime"
)

// numbers in the runtime's panics are lengths and indexes, which may come from digits that somebody
// sent.
var numbers = regexp.MustCompile(`-?[0-9]+`)

// PanicError describes a panic for the log. The value may hold anything, so it is shown only if it is
// the runtime's own, and without its numbers.
func PanicError(value any, stack []byte) error {
	if err, ok := value.(error); ok {
		if own, ok := errors.AsType[runtime.Error](err); ok {
			return fmt.Errorf("panic: %s\n%s", numbers.ReplaceAllString(own.Error(), "N"), stack)
		}
	}
	return fmt.Errorf("panic: %T\n%s", value, stack)
}
