package main

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"
)

// vendor is Megvii's server. It is safe for concurrent use.
type vendor struct {
	calls, bytes, waiting atomic.Int64
	latency               atomic.Int64 // nanoseconds
	// gate holds every answer back until the channel is closed; nil while none is.
	gate atomic.Pointer[chan struct{}]
}

func newVendor() *vendor { return &vendor{} }

// ServeHTTP issues a token of pc-web or of random-number in one answer, as real ones
// have fields that their documents do not name.
func (v *vendor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	received, err := io.Copy(io.Discard, r.Body)
	if err != nil {
		return // the caller has gone
	}
	v.bytes.Add(received)
	number := v.calls.Add(1)
	v.wait(r)

	answer := make([]byte, 0, 256)
	answer = append(answer, `{"time_used":5,"request_id":"1462257147,3149525e-2c24-4862-8e9f-92040595f0a4","random_number":"3167","expired_time":`...)
	answer = strconv.AppendInt(answer, time.Now().Unix()+600, 10)
	for _, name := range []string{"token", "token_random_number"} {
		answer = append(answer, `,"`+name+`":"34fb21937e47ae719f11cbc7-`...)
		answer = strconv.AppendInt(answer, number, 10)
		answer = append(answer, '"')
	}
	answer = append(answer, '}')
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(answer)))
	_, _ = w.Write(answer)
}

// wait is what the vendor is told to do before it answers.
func (v *vendor) wait(r *http.Request) {
	v.waiting.Add(1)
	defer v.waiting.Add(-1)
	if gate := v.gate.Load(); gate != nil {
		select {
		case <-*gate:
		case <-r.Context().Done():
		}
	}
	if latency := v.latency.Load(); latency > 0 {
		time.Sleep(time.Duration(latency))
	}
}

// control returns the handler of the control calls: GET /stats, POST /latency/20ms,
// /hold and /release. Any other POST is a trace export, which is taken and dropped.
func (v *vendor) control() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /stats", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]int64{
			"calls": v.calls.Load(), "bytes": v.bytes.Load(), "waiting": v.waiting.Load(),
		})
	})
	mux.HandleFunc("POST /latency/{latency}", func(w http.ResponseWriter, r *http.Request) {
		latency, err := time.ParseDuration(r.PathValue("latency"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		v.latency.Store(int64(latency))
	})
	mux.HandleFunc("POST /hold", func(http.ResponseWriter, *http.Request) {
		gate := make(chan struct{})
		v.gate.CompareAndSwap(nil, &gate)
	})
	mux.HandleFunc("POST /release", func(http.ResponseWriter, *http.Request) {
		if gate := v.gate.Swap(nil); gate != nil {
			close(*gate)
		}
	})
	mux.HandleFunc("POST /", func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
	})
	return mux
}
