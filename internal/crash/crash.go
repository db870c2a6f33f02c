// Package crash keeps what a process holds from leaking when it crashes: no core file, no debugger
// of the same user, and only the place of a crash is reported, because the values of panics hold
// what callers and vendors sent. It must not know what the process does.
//
// All of it is Linux's; elsewhere the functions do nothing.
package crash

import (
	"bufio"
	"cmp"
	"encoding/json"
	"io"
	"regexp"
	"strings"
	"time"
)

// maxStack bounds what is reported of a stack.
const maxStack = 8 << 10

// report is the line about a crash, in the layout of the log.
type report struct {
	Level string `json:"level"`
	Time  string `json:"time"`
	Msg   string `json:"msg"`
	Kind  string `json:"kind"`
	Stack string `json:"stack"`
}

// Report reads what the runtime writes of a crash and writes one line of it as soon as the
// stack that crashed is known: what has crashed ends when all is read, and a container ends
// with it. It returns at the end of crash, having written nothing if nothing came.
func Report(crash io.Reader, output io.Writer) error {
	// Read in small pieces: what has not been read keeps the process alive.
	lines := bufio.NewReaderSize(crash, 512)
	kind, stack, inStack := "", "", false
	for {
		line, err := readLine(lines)
		switch {
		case goroutine.MatchString(line):
			kind, inStack = cmp.Or(kind, "fatal error"), true
		case kind == "" && line != "":
			kind = kindOf(line)
		case inStack && line == "", err != nil && kind != "":
			if err := write(output, kind, stack); err != nil {
				return err
			}
			_, err := io.Copy(io.Discard, lines)
			return err
		case inStack && len(stack) < maxStack:
			stack += frame(line)
		}
		if err != nil {
			return nil //nolint:nilerr // the end without a crash
		}
	}
}

// readLine returns a line without its end, and of a long one the beginning.
func readLine(from *bufio.Reader) (string, error) {
	line, more, err := from.ReadLine()
	text := string(line)
	for more && err == nil {
		_, more, err = from.ReadLine()
	}
	return text, err
}

func write(output io.Writer, kind, stack string) error {
	line, err := json.Marshal(report{
		Level: "fatal", Time: time.Now().Format(time.RFC3339Nano), Msg: "the gateway crashed", Kind: kind, Stack: stack,
	})
	if err != nil {
		return err
	}
	_, err = output.Write(append(line, '\n'))
	return err
}

var (
	// goroutine begins a stack. Lines of a panic's value are indented by the runtime, and
	// so can be none.
	goroutine = regexp.MustCompile(`^goroutine [0-9]+ `)
	// runtimes are the panics whose text is the runtime's own, without a value but numbers.
	runtimes = regexp.MustCompile(`^panic: (runtime error: (index out of range|slice bounds out of range|` +
		`invalid memory address or nil pointer dereference|integer divide by zero|makeslice: (len|cap) out of range|` +
		`negative shift amount|hash of unhashable type|growslice: len out of range)|` +
		`assignment to entry in nil map|close of (closed|nil) channel|send on closed channel|` +
		`sync: negative WaitGroup counter)`)
	fatal   = regexp.MustCompile(`^fatal error: [a-zA-Z .-]{1,80}$`)
	signals = regexp.MustCompile(`^SIG[A-Z]+: [a-z ]+$`)
	creator = regexp.MustCompile(`^created by \S+`)
	place   = regexp.MustCompile(`^\t[^ ]+\.(go|s):[0-9]+`)
)

// kindOf returns what a crash is called, without its value.
func kindOf(line string) string {
	for _, known := range []*regexp.Regexp{runtimes, fatal, signals} {
		if kind := known.FindString(line); kind != "" {
			return kind
		}
	}
	return "panic"
}

// frame returns a line of a stack without arguments, "" for any other line.
func frame(line string) string {
	if at := place.FindString(line); at != "" {
		return at + "\n"
	}
	if by := creator.FindString(line); by != "" {
		return by + "\n"
	}
	// The last parenthesis holds the arguments, or their dots.
	if open := strings.LastIndexByte(line, '('); open > 0 && line[0] != '\t' && strings.HasSuffix(line, ")") {
		return line[:open] + "\n"
	}
	return ""
}
