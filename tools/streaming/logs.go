package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	core "k8s.io/api/core/v1"
)

const (
	// waiting is the name of containers that never start, and restarted of those that ended once.
	waiting   = "waiting"
	restarted = "restarted"
	// endless is the name of containers whose log goes on for as long as somebody follows it.
	endless = "endless"

	lines     = 10
	following = 3
	pause     = 30 * time.Millisecond
)

// firstLine is when a container wrote the first line of its log; each of the others is a second later.
var firstLine = time.Date(2024, time.February, 29, 12, 0, 0, 0, time.UTC)

type logLine struct {
	time time.Time
	text string
}

type logOptions struct {
	follow, previous, timestamps bool
	since                        time.Time
	tail, limit                  int
}

// written is what a container wrote before anybody asked.
func written(container string, previous bool) []logLine {
	what := "line"
	if previous {
		what = "previous line"
	}
	log := make([]logLine, lines)
	for i := range log {
		log[i] = logLine{firstLine.Add(time.Duration(i) * time.Second), fmt.Sprintf("%s %d of %s\n", what, i+1, container)}
	}
	return log
}

func parseLogOptions(query url.Values) (logOptions, error) {
	options := logOptions{tail: -1, limit: -1}
	options.follow = query.Get("follow") == "true"
	options.previous = query.Get("previous") == "true"
	options.timestamps = query.Get("timestamps") == "true"
	for name, number := range map[string]*int{"tailLines": &options.tail, "limitBytes": &options.limit} {
		if text := query.Get(name); text != "" {
			value, err := strconv.Atoi(text)
			if err != nil {
				return options, err
			}
			*number = value
		}
	}
	if text := query.Get("sinceSeconds"); text != "" {
		seconds, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return options, err
		}
		options.since = time.Now().Add(-time.Duration(seconds) * time.Second)
	}
	if text := query.Get("sinceTime"); text != "" {
		since, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return options, err
		}
		options.since = since
	}
	return options, nil
}

// available says whether a container has a log, in the words of a kubelet if it has none.
func available(pod *core.Pod, container string, previous bool) error {
	switch {
	case container == waiting:
		return fmt.Errorf("container %q in pod %q is waiting to start: ContainerCreating", container, pod.Name)
	case previous && container != restarted:
		return fmt.Errorf("previous terminated container %q in pod %q not found", container, pod.Name)
	}
	return nil
}

// writeLog sends a container's log until its end, or until nobody reads it any more; it says which.
func writeLog(ctx context.Context, w http.ResponseWriter, container string, options logOptions) string {
	out := &logWriter{w: w, options: options}
	log := written(container, options.previous)
	if options.tail >= 0 && options.tail < len(log) {
		log = log[len(log)-options.tail:]
	}
	for _, line := range log {
		if !line.time.Before(options.since) && !out.write(line) {
			return "limit"
		}
	}
	out.flush()
	if !options.follow || options.previous {
		return "end"
	}
	for i := 0; i < following || container == endless; i++ {
		select {
		case <-ctx.Done():
			return "reader left"
		case <-time.After(pause):
		}
		at := firstLine.Add(time.Duration(lines+i) * time.Second)
		if !out.write(logLine{at, fmt.Sprintf("new line %d of %s\n", i+1, container)}) {
			return "limit"
		}
		out.flush()
	}
	return "end"
}

// A logWriter writes lines up to a limit of bytes.
type logWriter struct {
	w       http.ResponseWriter
	options logOptions
	sent    int
}

// write says whether there is room for more.
func (l *logWriter) write(line logLine) bool {
	var text bytes.Buffer
	if l.options.timestamps {
		text.WriteString(line.time.Format(time.RFC3339Nano) + " ")
	}
	text.WriteString(line.text)
	data := text.Bytes()
	if room := l.options.limit - l.sent; l.options.limit >= 0 && len(data) > room {
		data = data[:room]
	}
	n, err := l.w.Write(data)
	l.sent += n
	return err == nil && (l.options.limit < 0 || l.sent < l.options.limit)
}

func (l *logWriter) flush() {
	if flusher, ok := l.w.(http.Flusher); ok {
		flusher.Flush()
	}
}
