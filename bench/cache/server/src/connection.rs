//! A connection: one request after the other.

use std::io::{self, BufRead as _, BufReader};
use std::net::TcpStream;

use crate::event;
use crate::out::Out;
use crate::pods::Listed;
use crate::state::{Command, Shared};

/// Answers until the client goes.
pub(crate) fn serve(stream: TcpStream, shared: &Shared) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut requests = BufReader::new(stream.try_clone()?);
    let mut out = Out::new(stream);
    while let Some(request) = Request::read(&mut requests)? {
        match request.path() {
            "/api/v1/pods" if request.is("watch") => return watch(&request, shared, &mut out),
            "/api/v1/pods" => list(&request, shared, &mut out)?,
            "/events" => {
                shared.send_events(request.number("count"));
                out.answer("text/plain", b"")?;
            }
            "/expire" => {
                shared.expire(request.number("changed"));
                out.answer("text/plain", b"")?;
            }
            "/state" => {
                let state = shared.digest().to_json().to_string();
                out.answer("application/json", state.as_bytes())?;
            }
            _ => {
                let head = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
                out.put(head.as_bytes());
                out.flush()?;
            }
        }
        if request.closes {
            return Ok(());
        }
    }
    Ok(())
}

fn list<'a>(request: &Request, shared: &'a Shared, out: &mut Out<'a>) -> io::Result<()> {
    let (pods, is_protobuf) = (&shared.pods, request.is_protobuf);
    let (form, now) = (pods.form(is_protobuf), shared.now());
    let start = request.number("continue");
    let rest = &pods.listed[start.min(pods.listed.len())..];
    // kube-apiserver answers from its cache then, all at once.
    let is_whole = request.parameter("resourceVersion") == Some("0");
    let limit = match request.number("limit") {
        0 => rest.len(),
        _ if is_whole => rest.len(),
        limit => limit.min(rest.len()),
    };
    let page = &rest[..limit];
    let continue_ = match limit == rest.len() {
        true => String::new(),
        false => (start + limit).to_string(),
    };
    let length = |listed: &Listed| {
        let length = form.length(*listed, listed.state(&now.pods));
        // A comma, or what says how long the item is.
        length
            + if is_protobuf {
                event::item_head_length(length)
            } else {
                1
            }
    };
    let items: usize = page.iter().map(length).sum();
    let (head, tail) = event::around_list(is_protobuf, now.version, &continue_, items);
    let commas = usize::from(!is_protobuf && !page.is_empty());
    let content_type = match is_protobuf {
        true => PROTOBUF,
        false => "application/json",
    };
    out.head(content_type, Some(head.len() + items - commas + tail.len()));
    out.put(&head);
    for (at, listed) in page.iter().enumerate() {
        let state = listed.state(&now.pods);
        if is_protobuf {
            event::put_item_head(form.length(*listed, state), out);
        } else if at > 0 {
            out.put(b",");
        }
        form.append(*listed, state, 0, out);
        out.flush_if_much()?;
    }
    out.put(tail);
    out.flush()
}

fn watch<'a>(request: &Request, shared: &'a Shared, out: &mut Out<'a>) -> io::Result<()> {
    let (pods, is_protobuf) = (&shared.pods, request.is_protobuf);
    let (form, now) = (pods.form(is_protobuf), shared.now());
    let content_type = match is_protobuf {
        true => format!("{PROTOBUF};stream=watch"),
        false => "application/json".to_owned(),
    };
    out.head(&content_type, None);
    if request.is("sendInitialEvents") {
        for listed in &pods.listed {
            let pod = (*listed, listed.state(&now.pods));
            event::append(form, is_protobuf, "ADDED", pod, out);
            out.flush_if_much()?;
        }
        event::append_bookmark(is_protobuf, now.version, out);
    }
    out.flush()?;
    for behind in now.commands.. {
        match shared.command(behind) {
            Command::Events(events) => {
                for (listed, state) in events.iter() {
                    let pod = (*listed, Some(*state));
                    event::append(form, is_protobuf, "MODIFIED", pod, out);
                    out.flush_if_much()?;
                }
                out.flush()?;
            }
            Command::Expire => {
                event::append_expired(is_protobuf, out);
                out.put(b"0\r\n\r\n");
                return out.flush();
            }
        }
    }
    Ok(())
}

/// A request, as far as it matters.
struct Request {
    target: String,
    is_protobuf: bool,
    closes: bool,
}

impl Request {
    /// The next one; `None` if the client has gone.
    fn read(from: &mut BufReader<TcpStream>) -> io::Result<Option<Self>> {
        let mut line = String::new();
        if from.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let mut request = Self {
            target: line.split(' ').nth(1).unwrap_or_default().to_owned(),
            is_protobuf: false,
            closes: false,
        };
        loop {
            line.clear();
            if from.read_line(&mut line)? == 0 {
                return Ok(None);
            }
            let Some((name, value)) = line.trim_end().split_once(':') else {
                return Ok(Some(request));
            };
            let value = value.trim();
            match name.to_ascii_lowercase().as_str() {
                "accept" => request.is_protobuf = value.starts_with(PROTOBUF),
                "connection" => request.closes = value.eq_ignore_ascii_case("close"),
                _ => {}
            }
        }
    }

    fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    fn parameter(&self, name: &str) -> Option<&str> {
        let (_, query) = self.target.split_once('?')?;
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find_map(|(key, value)| (key == name).then_some(value))
    }

    fn is(&self, name: &str) -> bool {
        matches!(self.parameter(name), Some("true" | "1"))
    }

    fn number(&self, name: &str) -> usize {
        let number = self.parameter(name).and_then(|text| text.parse().ok());
        number.unwrap_or_default()
    }
}

const PROTOBUF: &str = "application/vnd.kubernetes.protobuf";
