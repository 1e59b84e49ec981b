package main

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"path"
	"sort"
	"strings"
	"sync"
	"time"
)

// files are those of all containers, by container and path.
type files struct {
	mutex   sync.Mutex
	content map[string][]byte
}

func newFiles() *files {
	return &files{content: map[string][]byte{}}
}

func (f *files) read(container, name string) ([]byte, bool) {
	if path.Clean(name) == "/etc/hostname" {
		return []byte(container + "\n"), true
	}
	f.mutex.Lock()
	defer f.mutex.Unlock()
	content, ok := f.content[key(container, name)]
	return content, ok
}

// tar is as much of the command as `kubectl cp` needs: `tar cf - PATH`, and `tar xmf - [-C DIRECTORY]`.
func (f *files) tar(container string, c command) int {
	words := c.arguments
	if len(words) < 2 || words[1] != "-" {
		fmt.Fprintln(c.err, "tar: only to standard output and from standard input")
		return 2
	}
	switch {
	case strings.Contains(words[0], "c") && len(words) == 3:
		return f.pack(container, words[2], c)
	case strings.Contains(words[0], "x"):
		directory := "/"
		if len(words) == 4 && words[2] == "-C" {
			directory = words[3]
		}
		return f.unpack(container, directory, c)
	}
	fmt.Fprintf(c.err, "tar: cannot do %q\n", words)
	return 2
}

func (f *files) pack(container, name string, c command) int {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	prefix := key(container, name)
	var names []string
	for name := range f.content {
		if name == prefix || strings.HasPrefix(name, prefix+"/") {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		fmt.Fprintf(c.err, "tar: %s: no such file\n", name)
		return 2
	}
	sort.Strings(names)
	archive := tar.NewWriter(c.out)
	for _, name := range names {
		content := f.content[name]
		header := &tar.Header{
			Name:    strings.TrimPrefix(strings.TrimPrefix(name, container), "/"),
			Mode:    0o644,
			Size:    int64(len(content)),
			ModTime: time.Unix(0, 0),
		}
		if err := archive.WriteHeader(header); err != nil {
			return 2
		}
		if _, err := archive.Write(content); err != nil {
			return 2
		}
	}
	if err := archive.Close(); err != nil {
		return 2
	}
	return 0
}

func (f *files) unpack(container, directory string, c command) int {
	archive := tar.NewReader(c.in)
	for {
		header, err := archive.Next()
		if err == io.EOF {
			return 0
		}
		if err != nil {
			fmt.Fprintln(c.err, "tar:", err)
			return 2
		}
		if header.Typeflag != tar.TypeReg {
			continue
		}
		var content bytes.Buffer
		if _, err := io.Copy(&content, archive); err != nil {
			return 2
		}
		f.mutex.Lock()
		f.content[key(container, path.Join(directory, header.Name))] = content.Bytes()
		f.mutex.Unlock()
	}
}

func key(container, name string) string {
	return container + path.Join("/", name)
}
