//! `GET` of the log of a container.

use http::{Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Empty, Limited};
use pintle_meta::Time;

use super::{pod::container, since};
use crate::{
    http::{
        Api, Body,
        api::{Call, respond},
        negotiate::{Offer, negotiate},
        query::Query,
    },
    proxy::{Endpoint, Relayed, Sent, Trust, escape_path, escape_query, send},
    status::{Failure, Qualified},
    validation::FieldError,
};

impl Api {
    pub(super) async fn log(&self, call: &Call<'_>) -> Result<Response<Body>, Failure> {
        // It is text whatever is accepted, but something of an API object has to be.
        negotiate(&Offer::RESOURCES, call.headers, call.query)?;
        let name = &call.target.name;
        let options = LogOptions::read(call.query)?;
        options.validate(name)?;
        let pod = self.find(call, "pods", &call.target.namespace, name)?;
        let container = container(&pod, &call.query.text("container"))?;
        let node = pod.text(&["spec", "nodeName"]);
        if node.is_empty() {
            // Nothing has run yet, so nothing was written.
            let mut response = respond(StatusCode::NO_CONTENT, "", Body::whole(""));
            response.headers_mut().remove(header::CONTENT_TYPE);
            return Ok(response);
        }
        let mut kubelet = self.kubelet(call, node)?;
        if options.any_kubelet {
            kubelet.trust = Trust::AnyKubelet;
        }
        let namespace = &call.target.namespace;
        let path = escape_path(&format!("/containerLogs/{namespace}/{name}/{container}"));
        let answer = self.fetch(&kubelet, &path, &options.query()).await?;
        let answer = checked(answer, name).await?;
        let mut body = answer.into_body().lenient();
        if options.follow {
            body = body.until(self.shutdown.clone());
        }
        Ok(respond(StatusCode::OK, "text/plain", Body::relayed(body)))
    }

    async fn fetch(
        &self,
        kubelet: &Endpoint,
        path: &str,
        query: &str,
    ) -> Result<Response<Relayed>, Failure> {
        let separator = if query.is_empty() { "" } else { "?" };
        let uri = [path, separator, query].concat();
        let failed = |why: &dyn std::fmt::Display| {
            let scheme = kubelet.scheme();
            Failure::internal_plain(format!("Get \"{scheme}://{kubelet}{uri}\": {why}"))
        };
        let request = Request::builder()
            .method(Method::GET)
            .uri(&uri)
            .header(header::HOST, kubelet.to_string())
            .header(header::USER_AGENT, "pintle-apiserver");
        let body = Empty::new().map_err(|never| match never {}).boxed_unsync();
        let request = request.body(body).map_err(|error| failed(&error))?;
        match send(&self.dialer, kubelet, request).await {
            Ok(Sent::Answered(answer)) if answer.status().is_redirection() => {
                Err(failed(&"redirects forbidden"))
            }
            Ok(Sent::Answered(answer)) => Ok(answer),
            Ok(Sent::Upgraded(..)) => Err(failed(&"unexpected upgrade")),
            Err(why) => Err(failed(&why)),
        }
    }
}

/// The options of a log.
#[derive(Debug, Default)]
struct LogOptions {
    follow: bool,
    previous: bool,
    timestamps: bool,
    any_kubelet: bool,
    since_seconds: Option<i64>,
    since_time: Option<Time>,
    tail_lines: Option<i64>,
    limit_bytes: Option<i64>,
    stream: bool,
}

impl LogOptions {
    fn read(query: Query<'_>) -> Result<Self, Failure> {
        let flag = |name| query.flag(name).unwrap_or_default();
        let number = |name| match query.all(name).next() {
            // Unlike elsewhere, an empty number is not none.
            Some(value) if value.is_empty() => Err(Failure::bad_request(
                "strconv.ParseInt: parsing \"\": invalid syntax",
            )),
            _ => query.integer(name),
        };
        Ok(Self {
            follow: flag("follow"),
            previous: flag("previous"),
            timestamps: flag("timestamps"),
            any_kubelet: flag("insecureSkipTLSVerifyBackend"),
            since_seconds: number("sinceSeconds")?,
            since_time: since::read(query)?,
            tail_lines: number("tailLines")?,
            limit_bytes: number("limitBytes")?,
            stream: query.all("stream").next().is_some(),
        })
    }

    fn validate(&self, pod: &str) -> Result<(), Failure> {
        let mut errors = Vec::new();
        let mut at_least = |field, value: Option<i64>, least, detail| {
            if let Some(value) = value.filter(|value| *value < least) {
                let value = value.to_string();
                errors.push(FieldError::invalid_shown(field, &value, detail));
            }
        };
        let positive = "must be greater than 0";
        at_least(
            "tailLines",
            self.tail_lines,
            0,
            "must be greater than or equal to 0",
        );
        at_least("limitBytes", self.limit_bytes, 1, positive);
        if self.since_time.is_none() {
            at_least("sinceSeconds", self.since_seconds, 1, positive);
        } else if self.since_seconds.is_some() {
            let why = "at most one of `sinceTime` or `sinceSeconds` may be specified";
            errors.push(FieldError::forbidden("[]", why));
        }
        if self.stream {
            errors.push(FieldError::forbidden("stream", "may not be specified"));
        }
        if errors.is_empty() {
            return Ok(());
        }
        let options = Qualified {
            group: "",
            name: "PodLogOptions",
        };
        Err(Failure::invalid(options, pod, &errors))
    }

    /// The options as kubelets read them.
    fn query(&self) -> String {
        let mut parameters: Vec<(&str, String)> = Vec::new();
        for (name, set) in [
            ("follow", self.follow),
            ("previous", self.previous),
            ("timestamps", self.timestamps),
        ] {
            if set {
                parameters.push((name, "true".to_owned()));
            }
        }
        for (name, number) in [
            ("limitBytes", self.limit_bytes),
            ("sinceSeconds", self.since_seconds),
            ("tailLines", self.tail_lines),
        ] {
            parameters.extend(number.map(|number| (name, number.to_string())));
        }
        parameters.extend(
            self.since_time
                .map(|time| ("sinceTime", since::write(time))),
        );
        parameters.sort();
        let parameters = parameters.iter();
        escape_query(parameters.map(|(name, value)| (*name, value.as_str())))
    }
}

/// An answer with a log in it. What a kubelet says of one that it does not give becomes a status.
async fn checked(answer: Response<Relayed>, pod: &str) -> Result<Response<Relayed>, Failure> {
    let code = answer.status();
    if (200..=206).contains(&code.as_u16()) {
        return Ok(answer);
    }
    let body = Limited::new(answer.into_body(), LONGEST_REASON)
        .collect()
        .await;
    let body = match body {
        Ok(body) => body.to_bytes(),
        Err(error) => return Err(Failure::internal(&error.to_string())),
    };
    let reason = String::from_utf8_lossy(&body);
    Err(match code {
        StatusCode::INTERNAL_SERVER_ERROR => Failure::internal(&reason),
        StatusCode::BAD_REQUEST => Failure::bad_request(reason.into_owned()),
        code => Failure::refused_by_peer(code, "pods/log", pod, &reason),
    })
}

/// In bytes.
const LONGEST_REASON: usize = 50_000;
