package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	core "k8s.io/api/core/v1"
	"k8s.io/client-go/tools/remotecommand"
	"k8s.io/client-go/util/exec"
)

// A protocol is a way to run commands.
type protocol struct {
	name     string
	executor func(*client, string) (remotecommand.Executor, error)
	// ends says whether a command can be told that its input is at its end.
	ends bool
}

var protocols = []protocol{
	{"websocket v5", websocketExecutor("v5.channel.k8s.io"), true},
	{"websocket v4", websocketExecutor("v4.channel.k8s.io"), false},
	{"spdy", spdyExecutor, true},
}

func websocketExecutor(protocol string) func(*client, string) (remotecommand.Executor, error) {
	return func(c *client, url string) (remotecommand.Executor, error) {
		return remotecommand.NewWebSocketExecutorForProtocols(c.config, "GET", url, protocol)
	}
}

func spdyExecutor(c *client, url string) (remotecommand.Executor, error) {
	parsed := c.kube.CoreV1().RESTClient().Post().RequestURI(url).URL()
	return remotecommand.NewSPDYExecutor(c.config, "POST", parsed)
}

// commands are the checks of exec and attach.
func (c *client) commands() []check {
	var checks []check
	for _, p := range protocols {
		add := func(name, want string, run func(context.Context) (string, error)) {
			checks = append(checks, check{p.name + ": " + name, want, run})
		}
		exec := func(name, want string, stdin io.Reader, words ...string) {
			add(name, want, func(ctx context.Context) (string, error) {
				return c.exec(ctx, p, c.pod, stdin, words...)
			})
		}
		exec("a command's output", "hello world\n", nil, "echo", "hello", "world")
		exec("words come as they are", "a b  c&d=%41+\n", nil, "echo", "a b ", "c&d=%41+")
		exec("an exit code, and two outputs", "out\n[err\n](exit 42)", nil, "fail")
		exec("a command that is not there", "[nonsense: no such command\n](exit 127)", nil, "nonsense")
		exec("more output than fits into buffers", numbered(300_000), nil, "lines", "300000")
		add("several commands at a time", strings.Repeat(c.id()+"\n", 10), func(ctx context.Context) (string, error) {
			return c.together(ctx, 10, func(ctx context.Context) (string, error) {
				return c.exec(ctx, p, c.pod, nil, "hostname")
			})
		})
		add("a terminal and its sizes", "80x24\r\n100x30\r\n1x1\r\n", func(ctx context.Context) (string, error) {
			return c.sizes(ctx, p)
		})
		add("a conversation", `you said "one"`+"\n"+`you said "two"`+"\n", func(ctx context.Context) (string, error) {
			return c.talk(ctx, p)
		})
		if p.ends {
			data := made(8 << 20)
			sum := fmt.Sprintf("%d bytes, sha256 %x\n", len(data), sha256.Sum256(data))
			exec("more input than fits into buffers", sum, bytes.NewReader(data), "sum")
			exec("input comes back", string(made(1<<20)), bytes.NewReader(made(1<<20)), "cat")
			want := "this is " + c.id() + "\n" + `you said "one"` + "\n" + `you said "two"` + "\n[and this an error\n]"
			add("attach", want, func(ctx context.Context) (string, error) {
				return c.attach(ctx, p, strings.NewReader("one\ntwo\n"))
			})
		}
		add("attach without input", "this is "+c.id()+"\n[and this an error\n]", func(ctx context.Context) (string, error) {
			return c.attach(ctx, p, nil)
		})
	}
	return checks
}

// exec runs a command and shows what it brought forth: output, errors in brackets, an exit code in parentheses.
func (c *client) exec(ctx context.Context, p protocol, pod string, stdin io.Reader, words ...string) (string, error) {
	options := &core.PodExecOptions{Command: words, Stdin: stdin != nil, Stdout: true, Stderr: true}
	return c.stream(ctx, p, c.url(pod, "exec", options).String(), stdin)
}

func (c *client) attach(ctx context.Context, p protocol, stdin io.Reader) (string, error) {
	options := &core.PodAttachOptions{Stdin: stdin != nil, Stdout: true, Stderr: true}
	return c.stream(ctx, p, c.url(c.pod, "attach", options).String(), stdin)
}

func (c *client) stream(ctx context.Context, p protocol, url string, stdin io.Reader) (string, error) {
	executor, err := p.executor(c, url)
	if err != nil {
		return "", err
	}
	var stdout, stderr bytes.Buffer
	err = executor.StreamWithContext(ctx, remotecommand.StreamOptions{Stdin: stdin, Stdout: &stdout, Stderr: &stderr})
	shown := stdout.String()
	if stderr.Len() > 0 {
		shown += "[" + stderr.String() + "]"
	}
	var code exec.CodeExitError
	if errors.As(err, &code) {
		return fmt.Sprintf("%s(exit %d)", shown, code.Code), nil
	}
	return shown, err
}

// sizes says to a terminal how large it is, three times.
func (c *client) sizes(ctx context.Context, p protocol) (string, error) {
	options := &core.PodExecOptions{Command: []string{"sizes", "3"}, Stdin: true, Stdout: true, TTY: true}
	executor, err := p.executor(c, c.url(c.pod, "exec", options).String())
	if err != nil {
		return "", err
	}
	var stdout bytes.Buffer
	stdin, end := io.Pipe()
	defer end.Close()
	err = executor.StreamWithContext(ctx, remotecommand.StreamOptions{
		Stdin:             stdin,
		Stdout:            &stdout,
		Tty:               true,
		TerminalSizeQueue: &sizeQueue{{Width: 80, Height: 24}, {Width: 100, Height: 30}, {Width: 1, Height: 1}},
	})
	return stdout.String(), err
}

type sizeQueue []remotecommand.TerminalSize

func (q *sizeQueue) Next() *remotecommand.TerminalSize {
	if len(*q) == 0 {
		return nil
	}
	size := (*q)[0]
	*q = (*q)[1:]
	return &size
}

// talk says a line only when the line before was answered, and leaves in the middle.
func (c *client) talk(ctx context.Context, p protocol) (string, error) {
	options := &core.PodExecOptions{Command: []string{"talk"}, Stdin: true, Stdout: true}
	executor, err := p.executor(c, c.url(c.pod, "exec", options).String())
	if err != nil {
		return "", err
	}
	ctx, leave := context.WithCancel(ctx)
	defer leave()
	stdin, say := io.Pipe()
	hear, stdout := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := executor.StreamWithContext(ctx, remotecommand.StreamOptions{Stdin: stdin, Stdout: stdout})
		// Nobody waits for what will not come.
		stdin.CloseWithError(err)
		stdout.CloseWithError(err)
		ended <- err
	}()
	heard := ""
	answers := bufio.NewReader(hear)
	for _, line := range []string{"one\n", "two\n"} {
		if _, err := io.WriteString(say, line); err != nil {
			return heard, err
		}
		answer, err := answers.ReadString('\n')
		heard += answer
		if err != nil {
			return heard, err
		}
	}
	leave()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		return heard, fmt.Errorf("the end was not that the client left: %w", err)
	}
	return heard, nil
}

// together does the same several times at once.
func (c *client) together(ctx context.Context, times int, run func(context.Context) (string, error)) (string, error) {
	got, failures := make([]string, times), make([]error, times)
	var group sync.WaitGroup
	for i := range times {
		group.Go(func() { got[i], failures[i] = run(ctx) })
	}
	group.Wait()
	return strings.Join(got, ""), errors.Join(failures...)
}
