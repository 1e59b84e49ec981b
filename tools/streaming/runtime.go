package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"k8s.io/client-go/util/exec"
	"k8s.io/cri-streaming/pkg/streaming/remotecommand"
)

// A fakeRuntime is what a container runtime is to a streaming server. Its containers have a few commands and ports,
// which answer the same every time.
type fakeRuntime struct {
	files  *files
	record *record
}

// A command is one that containers have.
type command struct {
	arguments []string
	in        io.Reader
	out, err  io.Writer
	resize    <-chan remotecommand.TerminalSize
}

// Exec runs a command.
func (r *fakeRuntime) Exec(ctx context.Context, container string, words []string, in io.Reader, out, errors io.WriteCloser, tty bool, resize <-chan remotecommand.TerminalSize) error {
	c := command{in: in, out: writerOr(out), err: writerOr(errors), resize: resize}
	if in == nil {
		c.in = strings.NewReader("")
	}
	if tty {
		// A terminal has one output.
		c.err = c.out
	}
	code := 127
	if len(words) > 0 {
		c.arguments = words[1:]
		code = r.run(container, words[0], c)
	}
	r.record.add("exec %s %q tty=%t ended with %d", container, words, tty, code)
	if code != 0 {
		return exec.CodeExitError{Err: fmt.Errorf("exit status %d", code), Code: code}
	}
	return nil
}

// run is a command's way to its exit code.
func (r *fakeRuntime) run(container, name string, c command) int {
	switch name {
	case "true":
		return 0
	case "false":
		return 1
	case "exit":
		return c.number(0, 0)
	case "echo":
		fmt.Fprintln(c.out, strings.Join(c.arguments, " "))
		return 0
	case "complain":
		fmt.Fprintln(c.err, strings.Join(c.arguments, " "))
		return 0
	case "hostname":
		fmt.Fprintln(c.out, container)
		return 0
	case "cat":
		return r.cat(container, c)
	case "sum":
		hash := sha256.New()
		n, err := io.Copy(hash, c.in)
		fmt.Fprintf(c.out, "%d bytes, sha256 %x\n", n, hash.Sum(nil))
		return failed(err)
	case "lines":
		// More than fits into any buffer, so that a slow reader is waited for.
		out := bufio.NewWriterSize(c.out, 32<<10)
		for i := range c.number(0, 1) {
			if _, err := fmt.Fprintf(out, "line %d\n", i+1); err != nil {
				return 1
			}
		}
		return failed(out.Flush())
	case "sizes":
		for range c.number(0, 1) {
			select {
			case size, ok := <-c.resize:
				if !ok {
					return 1
				}
				fmt.Fprintf(c.out, "%dx%d\r\n", size.Width, size.Height)
			case <-time.After(patience):
				fmt.Fprint(c.out, "no size\r\n")
				return 1
			}
		}
		return 0
	case "talk":
		// Each line is answered before the next is read.
		for scanner := bufio.NewScanner(c.in); scanner.Scan(); {
			if _, err := fmt.Fprintf(c.out, "you said %q\n", scanner.Text()); err != nil {
				return 1
			}
		}
		return 0
	case "fail":
		fmt.Fprintln(c.out, "out")
		fmt.Fprintln(c.err, "err")
		return 42
	case "tar":
		return r.files.tar(container, c)
	}
	fmt.Fprintf(c.err, "%s: no such command\n", name)
	return 127
}

func (r *fakeRuntime) cat(container string, c command) int {
	if len(c.arguments) == 0 {
		_, err := io.Copy(c.out, c.in)
		return failed(err)
	}
	for _, path := range c.arguments {
		content, ok := r.files.read(container, path)
		if !ok {
			fmt.Fprintf(c.err, "cat: %s: no such file\n", path)
			return 1
		}
		if _, err := c.out.Write(content); err != nil {
			return 1
		}
	}
	return 0
}

// Attach is to a process that answers what it is told, and else has something to say and ends.
func (r *fakeRuntime) Attach(ctx context.Context, container string, in io.Reader, out, errors io.WriteCloser, tty bool, resize <-chan remotecommand.TerminalSize) error {
	fmt.Fprintf(writerOr(out), "this is %s\n", container)
	fmt.Fprintln(writerOr(errors), "and this an error")
	heard := 0
	if in != nil {
		for scanner := bufio.NewScanner(in); scanner.Scan(); heard++ {
			fmt.Fprintf(writerOr(out), "you said %q\n", scanner.Text())
		}
	}
	r.record.add("attach %s stdin=%t tty=%t heard %d lines", container, in != nil, tty, heard)
	return nil
}

// PortForward connects to a port of a pod.
func (r *fakeRuntime) PortForward(ctx context.Context, pod string, port int32, stream io.ReadWriteCloser) error {
	defer stream.Close()
	var err error
	switch port {
	case echoPort:
		_, err = io.Copy(stream, stream)
	case greetingPort:
		_, err = fmt.Fprintf(stream, "this is port %d of %s\n", port, pod)
	case httpPort:
		_, err = fmt.Fprintf(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/plain\r\n\r\nthis is %s\n", pod)
	default:
		err = fmt.Errorf("port %d: connection refused", port)
	}
	r.record.add("port %d of %s ended: %v", port, pod, err != nil)
	return err
}

func (c command) number(at, otherwise int) int {
	if at < len(c.arguments) {
		if number, err := strconv.Atoi(c.arguments[at]); err == nil {
			return number
		}
	}
	return otherwise
}

// writerOr is a writer that is there, since an interface that holds no writer is not the nil interface.
func writerOr(w io.WriteCloser) io.Writer {
	if w == nil {
		return io.Discard
	}
	return w
}

func failed(err error) int {
	if err != nil && !errors.Is(err, io.EOF) {
		return 1
	}
	return 0
}

const (
	echoPort     = 7
	greetingPort = 17
	httpPort     = 80

	patience = 20 * time.Second
)
