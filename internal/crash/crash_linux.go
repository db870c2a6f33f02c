package crash

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime/debug"
	"syscall"

	"golang.org/x/sys/unix"
)

const (
	stderrDescriptor = 2
	// pipeBytes is the least that a pipe holds: a crash that has more to say waits for its
	// reader.
	pipeBytes = 4096
)

// NoCore has the kernel write no core file of this process and of those that it starts, and
// lets no process but the administrator's read its memory or attach to it.
func NoCore() error {
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		return fmt.Errorf("RLIMIT_CORE cannot be set: %w", err)
	}
	// A core that goes to a program is not bound by the limit.
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return fmt.Errorf("PR_SET_DUMPABLE cannot be set: %w", err)
	}
	return nil
}

// Stderr returns standard error under another descriptor, which stays when Start takes
// the usual one away.
func Stderr() *os.File {
	descriptor, err := unix.FcntlInt(stderrDescriptor, unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return os.Stderr // there is none
	}
	return os.NewFile(uintptr(descriptor), os.Stderr.Name())
}

// Start takes standard error away from the runtime and from libraries, which write values
// there, and starts reporter, a command that is Report of its standard input. It writes to
// stderr.
func Start(stderr *os.File, reporter ...string) error {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer func() { _ = null.Close() }()
	if err := unix.Dup3(int(null.Fd()), stderrDescriptor, 0); err != nil {
		return fmt.Errorf("standard error cannot be taken away: %w", err)
	}
	if err := startReporter(stderr, reporter); err != nil {
		return fmt.Errorf("crashes will not be reported: %w", err)
	}
	return nil
}

func startReporter(stderr *os.File, reporter []string) error {
	reader, writer, err := os.Pipe()
	if err != nil {
		return err
	}
	defer func() { _, _ = reader.Close(), writer.Close() }()
	if _, err := unix.FcntlInt(writer.Fd(), unix.F_SETPIPE_SZ, pipeBytes); err != nil {
		return err
	}
	// The file itself, also when it was replaced since.
	command := exec.Command("/proc/self/exe", reporter...) //nolint:gosec,noctx // it ends with this process
	command.Stdin, command.Stderr = reader, stderr
	if err := command.Start(); err != nil {
		return err
	}
	go func() { _ = command.Wait() }()
	// Other stacks keep the process alive until the reporter has read the first.
	debug.SetTraceback("all")
	return debug.SetCrashOutput(writer, debug.CrashOptions{})
}

// RunReporter is the reporter: it ends with the process that it reports of, whatever
// signals their group gets.
func RunReporter(crash io.Reader, output io.Writer) error {
	signal.Ignore(os.Interrupt, syscall.SIGTERM, syscall.SIGQUIT, syscall.SIGHUP)
	return Report(crash, output)
}
