package sandbox

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/liveness-gateway/gateway/internal/sandbox/standin"
)

const (
	// controlPath is the prefix of the paths that control a stand-in.
	controlPath = "/_sandbox/"
	// maxControlBody bounds the body of a request to them.
	maxControlBody = 64 << 10
)

// nextAnswer is the answer of /_sandbox/next.
type nextAnswer struct {
	Next []rehearsal `json:"next"`
}

// nextRefused is the answer to a POST that is not understood: the valid values.
type nextRefused struct {
	Error    string   `json:"error"`
	Products []string `json:"products"`
	Outcomes []string `json:"outcomes"`
	Codes    []string `json:"codes,omitempty"` // if the product is known
}

// ledgerAnswer is the answer of /_sandbox/ledger.
type ledgerAnswer struct {
	Entries []Entry `json:"entries"`
	Dropped int     `json:"dropped"`
}

// newControl returns the handler of what is below controlPath.
func newControl(q *queue, l *ledger) http.Handler {
	next, entries := showQueue(q), showLedger(l)
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+controlPath+"next", next)
	mux.HandleFunc("POST "+controlPath+"next", func(w http.ResponseWriter, r *http.Request) {
		if refused := rehearse(q, http.MaxBytesReader(w, r.Body, maxControlBody)); refused != nil {
			standin.JSON(http.StatusBadRequest, refused).Write(w)
			return
		}
		next(w, r)
	})
	mux.HandleFunc("DELETE "+controlPath+"next", func(w http.ResponseWriter, r *http.Request) {
		q.clear()
		next(w, r)
	})
	mux.HandleFunc("GET "+controlPath+"ledger", entries)
	mux.HandleFunc("DELETE "+controlPath+"ledger", func(w http.ResponseWriter, r *http.Request) {
		l.clear()
		entries(w, r)
	})
	return mux
}

func showQueue(q *queue) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		standin.JSON(http.StatusOK, nextAnswer{q.read()}).Write(w)
	}
}

func showLedger(l *ledger) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		entries, dropped := l.read()
		standin.JSON(http.StatusOK, ledgerAnswer{entries, dropped}).Write(w)
	}
}

// rehearse queues the outcome that the body names.
func rehearse(q *queue, body io.Reader) *nextRefused {
	wanted := rehearsal{Times: 1}
	decoder := json.NewDecoder(body)
	decoder.DisallowUnknownFields()
	err := decoder.Decode(&wanted)
	if err != nil {
		err = fmt.Errorf(`wanted {"product": …, "outcome": …, "times": 1}: %w`, err)
	} else {
		err = q.add(wanted)
	}
	if err == nil {
		return nil
	}
	refused := &nextRefused{Error: err.Error(), Products: q.products(), Outcomes: outcomes()}
	if e := q.endpoint(wanted.Product); e != nil {
		refused.Codes = e.Codes()
	}
	return refused
}
