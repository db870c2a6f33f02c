package call

import (
	"errors"
	"fmt"
	"runtime"
)

// PanicError describes a panic for the log. Its value may hold anything, so only the
// runtime's own is shown.
func PanicError(value any, stack []byte) error {
	var runtimeError runtime.Error
	if err, ok := value.(error); ok && errors.As(err, &runtimeError) {
		return fmt.Errorf("panic: %w\n%s", runtimeError, stack)
	}
	return fmt.Errorf("panic: %T\n%s", value, stack)
}
