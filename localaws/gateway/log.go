package gateway

import (
	"net/http"
	"slices"
	"sync"
	"time"
)

// logged is how many requests the log remembers.
const logged = 2000

// Entry is a request in the log, which GET /_localaws/requests answers, oldest first.
type Entry struct {
	Time      time.Time `json:"time"`
	Service   string    `json:"service"`
	Operation string    `json:"operation,omitempty"`
	Method    string    `json:"method"`
	Path      string    `json:"path"` // without its query, where signatures are
	Client    string    `json:"client,omitempty"`
	Status    int       `json:"status"`
	Seconds   float64   `json:"seconds"`
}

type requestLog struct {
	lock sync.Mutex
	ring []Entry
	next int
}

// begin returns the writer to answer to, and what to call when the answer is complete.
func (l *requestLog) begin(w http.ResponseWriter, r *http.Request, service, operation string) (http.ResponseWriter, func()) {
	entry := Entry{
		Time: time.Now(), Service: service, Operation: operation, Method: r.Method, Path: r.URL.Path, Client: r.UserAgent(),
	}
	watched := &watchedWriter{ResponseWriter: w, status: http.StatusOK}
	return watched, func() {
		entry.Status, entry.Seconds = watched.status, time.Since(entry.Time).Seconds()
		l.lock.Lock()
		defer l.lock.Unlock()
		if len(l.ring) < logged {
			l.ring = append(l.ring, entry)
			return
		}
		l.ring[l.next] = entry
		l.next = (l.next + 1) % logged
	}
}

func (l *requestLog) entries() []Entry {
	l.lock.Lock()
	defer l.lock.Unlock()
	return slices.Concat(l.ring[l.next:], l.ring[:l.next])
}

// watchedWriter remembers the status that was answered.
type watchedWriter struct {
	http.ResponseWriter
	status int
}

func (w *watchedWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets the proxy flush.
func (w *watchedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
