package wire

import (
	"bufio"
	"errors"
	"io"
	"net/http"
)

// ReadAnswer reads one answer and drops its body but for its beginning.
func ReadAnswer(in *bufio.Reader) (status int, begins string, err error) {
	answer, err := http.ReadResponse(in, nil)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 64<<10))
	_, more := io.Copy(io.Discard, answer.Body)
	return answer.StatusCode, string(text), errors.Join(err, more)
}
