package main

import (
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"sort"
	"strings"
	"time"
)

// web is what pods serve, over HTTP and HTTPS: mostly what they were asked.
func web(record *record) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/", describe)
	mux.HandleFunc("/redirect", func(w http.ResponseWriter, r *http.Request) {
		target := r.URL.Query().Get("to")
		if target == "" {
			target = "/elsewhere?x=y"
		}
		// Not with http.Redirect, which makes a relative target an absolute one.
		w.Header().Set("Location", target)
		w.WriteHeader(http.StatusFound)
	})
	mux.HandleFunc("/teapot", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.Header().Set("X-Pot", "tea")
		w.WriteHeader(http.StatusTeapot)
		fmt.Fprintln(w, "short and stout")
	})
	mux.HandleFunc("/cached", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "max-age=60")
		fmt.Fprintln(w, "for a minute")
	})
	mux.HandleFunc("/page", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, page)
	})
	mux.HandleFunc("/pieces", func(w http.ResponseWriter, r *http.Request) {
		for i := range 3 {
			fmt.Fprintf(w, "piece %d\n", i+1)
			w.(http.Flusher).Flush()
			time.Sleep(pause)
		}
	})
	mux.HandleFunc("/break", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "1000")
		fmt.Fprint(w, "not a thousand bytes")
		w.(http.Flusher).Flush()
		time.Sleep(forwarded)
		panic(http.ErrAbortHandler)
	})
	mux.HandleFunc("/upgrade", func(w http.ResponseWriter, r *http.Request) { upgrade(w, r, record) })
	return mux
}

// describe answers with what of a request its handler got to see.
func describe(w http.ResponseWriter, r *http.Request) {
	hash := sha256.New()
	n, err := io.Copy(hash, r.Body)
	if err != nil {
		return
	}
	w.Header().Set("Content-Type", "text/plain")
	fmt.Fprintf(w, "%s %s\n", r.Method, r.URL.RequestURI())
	for _, name := range headerNames(r.Header) {
		fmt.Fprintf(w, "%s: %s\n", name, strings.Join(r.Header[name], ", "))
	}
	fmt.Fprintf(w, "%d bytes, sha256 %x\n", n, hash.Sum(nil))
}

// headerNames are the headers whose values are the same wherever and whenever this runs. What can be read of a
// compressed answer is the business of the one that asked for it.
func headerNames(header http.Header) []string {
	var names []string
	for name := range header {
		if name != "Accept-Encoding" && name != "User-Agent" && name != "Kubectl-Session" {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	return names
}

// upgrade turns the connection into one that repeats what it hears in capitals, until it hears nothing more.
func upgrade(w http.ResponseWriter, r *http.Request, record *record) {
	record.add("%s %s %s", r.Method, r.URL.RequestURI(), strings.Join(r.Header["X-Forwarded-For"], ", "))
	if !strings.EqualFold(r.Header.Get("Upgrade"), "shout") {
		http.Error(w, "there is only shouting here", http.StatusBadRequest)
		return
	}
	conn, buffered, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer conn.Close()
	fmt.Fprint(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: shout\r\n\r\n")
	buffer := make([]byte, 4096)
	for {
		n, err := buffered.Read(buffer)
		if _, err := conn.Write([]byte(strings.ToUpper(string(buffer[:n])))); err != nil {
			break
		}
		if err != nil {
			break
		}
	}
	record.add("shouting ended")
}

// forwarded is how long a proxy may take to send on what it was sent. That of kube-apiserver does so every 200
// milliseconds, and drops what it has not sent on when the connection breaks.
const forwarded = time.Second

const page = `<!DOCTYPE html>
<html><head><link rel="stylesheet" href="/style.css"></head>
<body background="/b.png"><!-- <a href="/comment"> --><a href="/a/b?c=d&amp;e">a</a> <a href=relative>b</a>
<img src='//other.example/x.png'><form action="/send"><input type=submit></form>
<script>var a = "<a href='/script'>";</script></body></html>
`
