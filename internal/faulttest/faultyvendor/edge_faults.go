package faultyvendor

import (
	"io"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// Faults of what stands in front of a vendor: a framework, a proxy, a clock of its own.

// page is an answer that no vendor wrote.
type page struct {
	status     int
	kind, body string
}

func (p page) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", p.kind)
	w.WriteHeader(p.status)
	_, _ = io.WriteString(w, p.body)
}

// Frameworks answers as web frameworks and gateways do, one after the other.
func Frameworks(v *Vendor) (end func(), err error) {
	const kind = "application/json"
	pages := []page{
		{http.StatusNotFound, kind, `{"error":"Not Found"}`},
		{http.StatusServiceUnavailable, kind, `{"status":503,"error":"Service Unavailable"}`},
		{http.StatusTooManyRequests, kind, `{"error":"Too Many Requests"}`},
		{http.StatusInternalServerError, kind, `{"error":{"code":500,"message":"upstream request failed"}}`},
		{http.StatusInternalServerError, kind, `{"status":"INTERNAL_ERROR"}`},
	}
	return answers(func(*Vendor) handler {
		var requests atomic.Int64
		return func(w http.ResponseWriter, r *http.Request) {
			p := pages[(requests.Add(1)-1)%int64(len(pages))]
			after(UsualDelay, p).ServeHTTP(w, r)
		}
	})(v)
}

// RefuseSize answers as a proxy does to which every request is too large.
func RefuseSize(v *Vendor) (end func(), err error) {
	return answers(func(*Vendor) handler {
		return after(UsualDelay, page{
			http.StatusRequestEntityTooLarge, "text/html",
			"<html>\r\n<head><title>413 Request Entity Too Large</title></head>\r\n<body>\r\n<center><h1>413 Request Entity Too Large</h1></center>\r\n</body>\r\n</html>\r\n",
		}).ServeHTTP
	})(v)
}

// Rest is how long a vendor with a Retry-After wants to be left alone.
const Rest = time.Minute

// AsSeconds and AsDate are the forms of a Retry-After.
func AsSeconds(rest time.Duration) string { return strconv.Itoa(int(rest.Seconds())) }

// AsDate is the other one.
func AsDate(rest time.Duration) string { return time.Now().Add(rest).UTC().Format(http.TimeFormat) }

// RetryAfter makes every request end as the vendor's outcome says, with a Retry-After that
// ends when the first one's does.
func RetryAfter(form func(time.Duration) string, outcomes map[string]string) Fault {
	return answers(func(v *Vendor) handler {
		refused := v.outcome(outcomes[v.name])
		var first sync.Once
		var ends time.Time
		return after(UsualDelay, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			first.Do(func() { ends = time.Now().Add(Rest) })
			w.Header().Set("Retry-After", form(time.Until(ends).Round(time.Second)))
			refused.ServeHTTP(w, r)
		})).ServeHTTP
	})
}

// ShiftDate answers rightly, and states a Date that is off.
func ShiftDate(by time.Duration) Fault {
	return answers(func(v *Vendor) handler {
		usual := v.usual()
		return func(w http.ResponseWriter, r *http.Request) {
			usual.ServeHTTP(dated{w, by}, r)
		}
	})
}

// ShiftSignatures judges signatures by a clock that is off, and states the right Date.
func ShiftSignatures(by time.Duration) Fault {
	return answers(func(v *Vendor) handler {
		skewed := after(UsualDelay, v.outcome("skew="+by.String()))
		return func(w http.ResponseWriter, r *http.Request) {
			skewed.ServeHTTP(dated{w, 0}, r)
		}
	})
}

// dated is an answer whose Date is off by so much.
type dated struct {
	http.ResponseWriter
	off time.Duration
}

// WriteHeader states the Date.
func (d dated) WriteHeader(status int) {
	d.Header().Set("Date", time.Now().Add(d.off).UTC().Format(http.TimeFormat))
	d.ResponseWriter.WriteHeader(status)
}

// Write states the Date if nothing was written before.
func (d dated) Write(content []byte) (int, error) {
	d.Header().Set("Date", time.Now().Add(d.off).UTC().Format(http.TimeFormat)) // too late is no matter
	return d.ResponseWriter.Write(content)
}
