//! Links in HTML.

use std::borrow::Cow;

use html5gum::{
    Span, Tokenizer,
    emitters::callback::{CallbackEmitter, CallbackEvent},
};

/// A page with other links. Tags that can have links are written anew; everything else stays as it
/// is, comments and scripts included.
pub(super) fn with_links(page: &[u8], link: impl Fn(&str) -> String) -> Vec<u8> {
    let mut tag: Option<Tag> = None;
    let collect = |event: CallbackEvent<'_>, span: Span<usize>| -> Option<Tag> {
        match event {
            CallbackEvent::OpenStartTag { name } => {
                tag = links_of(name).map(|links| Tag {
                    start: span.start,
                    end: span.start,
                    name: text(name).into_owned(),
                    links,
                    attributes: Vec::new(),
                    closed: false,
                });
            }
            CallbackEvent::AttributeName { name } => {
                if let Some(tag) = &mut tag {
                    tag.attributes
                        .push((text(name).into_owned(), String::new()));
                }
            }
            CallbackEvent::AttributeValue { value } => {
                let last = tag.as_mut().and_then(|tag| tag.attributes.last_mut());
                if let Some((_, last)) = last {
                    *last = text(value).into_owned();
                }
            }
            CallbackEvent::CloseStartTag { self_closing } => {
                let mut tag = tag.take()?;
                tag.end = span.end;
                tag.closed = self_closing;
                return Some(tag);
            }
            _ => {}
        }
        None
    };
    let mut emitter = CallbackEmitter::new(collect);
    // What is between the tags of a script is no markup.
    emitter.naively_switch_states(true);
    let mut written = Vec::with_capacity(page.len() + page.len() / 8);
    let mut copied = 0;
    for tag in Tokenizer::new_with_emitter(page, emitter) {
        let Ok(tag) = tag;
        written.extend_from_slice(page.get(copied..tag.start).unwrap_or_default());
        tag.write(&link, &mut written);
        copied = tag.end;
    }
    written.extend_from_slice(page.get(copied..).unwrap_or_default());
    written
}

/// A tag that can have links.
struct Tag {
    /// Where it is.
    start: usize,
    end: usize,
    name: String,
    /// The attributes that are links.
    links: &'static [&'static str],
    attributes: Vec<(String, String)>,
    /// Whether it closes itself.
    closed: bool,
}

impl Tag {
    fn write(&self, link: impl Fn(&str) -> String, to: &mut Vec<u8>) {
        to.push(b'<');
        to.extend_from_slice(self.name.as_bytes());
        for (name, value) in &self.attributes {
            let value = if self.links.contains(&name.as_str()) {
                Cow::Owned(link(value))
            } else {
                Cow::Borrowed(value)
            };
            to.extend_from_slice(format!(" {name}=\"").as_bytes());
            for byte in value.bytes() {
                match byte {
                    b'&' => to.extend_from_slice(b"&amp;"),
                    b'\'' => to.extend_from_slice(b"&#39;"),
                    b'<' => to.extend_from_slice(b"&lt;"),
                    b'>' => to.extend_from_slice(b"&gt;"),
                    b'"' => to.extend_from_slice(b"&#34;"),
                    b'\r' => to.extend_from_slice(b"&#13;"),
                    byte => to.push(byte),
                }
            }
            to.push(b'"');
        }
        to.extend_from_slice(if self.closed { b"/>" } else { b">" });
    }
}

/// The attributes of an element that are links, if it has any.
fn links_of(element: &[u8]) -> Option<&'static [&'static str]> {
    Some(match element {
        b"a" | b"area" | b"base" | b"link" => &["href"],
        b"applet" => &["codebase"],
        b"blockquote" | b"del" | b"ins" | b"q" => &["cite"],
        b"body" => &["background"],
        b"button" => &["formaction"],
        b"command" => &["icon"],
        b"embed" | b"script" | b"source" => &["src"],
        b"form" => &["action"],
        b"frame" | b"iframe" => &["longdesc", "src"],
        b"head" => &["profile"],
        b"html" => &["manifest"],
        b"img" => &["longdesc", "src", "usemap"],
        b"input" => &["src", "usemap", "formaction"],
        b"object" => &["classid", "codebase", "data", "usemap"],
        b"video" => &["poster", "src"],
        _ => return None,
    })
}

fn text(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    // The real server made the second of the first.
    #[test]
    fn links_are_changed_where_browsers_see_them() {
        let page = r#"<!DOCTYPE html>
<html><head><link rel="stylesheet" href="/style.css"></head>
<body background="/b.png"><!-- <a href="/comment"> --><a href="/a/b?c=d&amp;e">a</a> <a href=relative>b</a>
<img src='//other.example/x.png'><form action="/send"><input type=submit></form>
<script>var a = "<a href='/script'>";</script></body></html>
"#;
        let rewritten = r#"<!DOCTYPE html>
<html><head><link rel="stylesheet" href="/p/style.css"></head>
<body background="/p/b.png"><!-- <a href="/comment"> --><a href="/p/a/b?c=d&amp;e">a</a> <a href="relative">b</a>
<img src="//other.example/x.png"><form action="/p/send"><input type="submit"></form>
<script>var a = "<a href='/script'>";</script></body></html>
"#;
        let link = |link: &str| match link.strip_prefix('/') {
            Some(rest) if !rest.starts_with('/') => format!("/p/{rest}"),
            _ => link.to_owned(),
        };
        let written = with_links(page.as_bytes(), link);
        assert_eq!(String::from_utf8(written).unwrap(), rewritten);
    }

    #[test]
    fn what_is_no_html_does_no_harm() {
        for page in [
            "",
            "<",
            "<a",
            "<a href",
            "<a href=\"/x",
            "</a href=x>",
            "<<a>",
            "\u{0}\u{fffd}",
        ] {
            let written = with_links(page.as_bytes(), str::to_owned);
            assert!(written.len() >= page.len(), "{page}");
        }
        with_links(
            &[0xff, b'<', b'a', b' ', 0xfe, b'=', 0x80, b'>'],
            str::to_owned,
        );
    }
}
