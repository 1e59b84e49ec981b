//! A browser without a window, spoken to through a pipe in the protocol of its developer tools.
//!
//! Chromium takes messages from file descriptor 3 and gives them to 4, each ended by a zero byte. Two
//! named pipes and a shell that opens them make that possible without a library.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use base64::Engine as _;
use pintle_env::{Clock as _, SystemClock};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::super::watcher::succeed;
use crate::command;
use crate::error::{Context, Error, Result};

/// A browser with one page. Dropping it ends it.
pub(super) struct Browser {
    child: Child,
    input: File,
    messages: Receiver<Value>,
    last: u64,
    session: Option<String>,
    /// What the page has complained of.
    complaints: Vec<String>,
    clock: SystemClock,
    _profile: TempDir,
}

impl Browser {
    pub(super) fn start(program: &Path) -> Result<Self> {
        let profile = tempfile::tempdir().context(|| "make a directory for the browser".into())?;
        let [into, out] = ["into", "out"].map(|name| profile.path().join(name));
        succeed(Command::new("mkfifo").args([&into, &out]))?;
        let mut shell = Command::new("sh");
        shell
            .arg("-c")
            .arg(r#"in=$1; out=$2; shift 2; exec "$@" 3<"$in" 4>"$out""#)
            .arg("sh")
            .args([&into, &out])
            .arg(program)
            .args(FLAGS)
            .arg(format!(
                "--user-data-dir={}",
                profile.path().join("profile").display()
            ))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let child = command::spawn(&mut shell)?;
        let input = fs::OpenOptions::new().write(true).open(&into);
        let input = input.context(|| "open the browser's input".into())?;
        let output = File::open(&out).context(|| "open the browser's output".into())?;
        let (sender, messages) = channel();
        thread::spawn(move || {
            for message in BufReader::new(output).split(0) {
                let message = message
                    .ok()
                    .and_then(|bytes| serde_json::from_slice(&bytes).ok());
                let Some(message) = message else { break };
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        let mut browser = Self {
            child,
            input,
            messages,
            last: 0,
            session: None,
            complaints: Vec::new(),
            clock: SystemClock::new(),
            _profile: profile,
        };
        let target = browser.call("Target.createTarget", &json!({"url": "about:blank"}))?;
        let attach = json!({"targetId": target["targetId"], "flatten": true});
        let attached = browser.call("Target.attachToTarget", &attach)?;
        browser.session = attached["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Log"] {
            browser.call(&format!("{domain}.enable"), &json!({}))?;
        }
        Ok(browser)
    }

    pub(super) fn open(&mut self, url: &str) -> Result<()> {
        self.call("Page.navigate", &json!({"url": url})).map(drop)
    }

    /// The value of an expression, a promise awaited.
    pub(super) fn evaluate(&mut self, expression: &str) -> Result<Value> {
        let wanted = json!({"expression": expression, "awaitPromise": true, "returnByValue": true});
        let answer = self.call("Runtime.evaluate", &wanted)?;
        if let Some(thrown) = answer.get("exceptionDetails") {
            return Err(Error::new(format!(
                "the page threw {thrown} for {expression}"
            )));
        }
        Ok(answer["result"]["value"].clone())
    }

    /// Waits until an expression is true; how long that took.
    pub(super) fn wait(&mut self, expression: &str, patience: Duration) -> Result<Duration> {
        let begin = self.clock.now();
        loop {
            if self.evaluate(expression)? == json!(true) {
                return Ok(self.clock.now().saturating_since(begin));
            }
            if self.clock.now().saturating_since(begin) > patience {
                let text = self.evaluate("document.body.innerText.slice(0, 2000)")?;
                let message = format!("not true within {patience:?}: {expression}\n{text}");
                return Err(Error::new(message));
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Presses a key that writes nothing.
    pub(super) fn press(&mut self, key: &str) -> Result<()> {
        for kind in ["keyDown", "keyUp"] {
            self.call(
                "Input.dispatchKeyEvent",
                &json!({"type": kind, "key": key, "code": key}),
            )?;
        }
        Ok(())
    }

    /// How the page looks, as PNG.
    pub(super) fn screenshot(&mut self, path: &Path) -> Result<()> {
        let picture = self.call("Page.captureScreenshot", &json!({"format": "png"}))?;
        let data = picture["data"].as_str().unwrap_or_default();
        let png = base64::engine::general_purpose::STANDARD
            .decode(data)
            .map_err(|error| Error::new(format!("the picture is not base64: {error}")))?;
        fs::write(path, png).context(|| format!("write {}", path.display()))
    }

    pub(super) fn prefer(&mut self, scheme: &str) -> Result<()> {
        // Colours are judged, not the way from one to the other.
        let features = json!({"features": [
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]});
        self.call("Emulation.setEmulatedMedia", &features).map(drop)
    }

    /// Errors on the console, exceptions, and what was not loaded.
    pub(super) fn complaints(&self) -> &[String] {
        &self.complaints
    }

    fn call(&mut self, method: &str, params: &Value) -> Result<Value> {
        self.last += 1;
        let id = self.last;
        let mut message = json!({"id": id, "method": method, "params": params});
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        let mut bytes = message.to_string().into_bytes();
        bytes.push(0);
        self.input
            .write_all(&bytes)
            .context(|| format!("tell the browser {method}"))?;
        loop {
            let message = match self.messages.recv_timeout(PATIENCE) {
                Ok(message) => message,
                Err(RecvTimeoutError::Timeout) => {
                    return Err(Error::new(format!("the browser does not answer {method}")));
                }
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Error::new(format!(
                        "the browser ended before it answered {method}"
                    )));
                }
            };
            if message["id"] == json!(id) {
                return match message.get("error") {
                    Some(error) => {
                        Err(Error::new(format!("the browser refuses {method}: {error}")))
                    }
                    None => Ok(message["result"].clone()),
                };
            }
            self.note(&message);
        }
    }

    fn note(&mut self, message: &Value) {
        let params = &message["params"];
        let complaint = match message["method"].as_str() {
            Some("Runtime.exceptionThrown") => &params["exceptionDetails"],
            Some("Runtime.consoleAPICalled") if params["type"] == "error" => &params["args"],
            Some("Log.entryAdded") if params["entry"]["level"] == "error" => &params["entry"],
            _ => return,
        };
        self.complaints.push(complaint.to_string());
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Its own children end with it.
        let _ = self.call("Browser.close", &json!({}));
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const FLAGS: [&str; 9] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--no-first-run",
    "--hide-scrollbars",
    "--window-size=1400,900",
    "--remote-debugging-pipe",
];

const PATIENCE: Duration = Duration::from_secs(60);
