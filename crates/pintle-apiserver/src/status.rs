//! [`Failure`], a request that failed, in the words of the real server.
//!
//! One constructor a reason. Clients branch on the code, the reason and the causes, and people read
//! the message: all of them are the real server's, and tests hold them against it.

use std::{fmt, time::Duration};

use http::StatusCode;
use pintle_codec::Str;
use pintle_meta::v1::{CauseType, ListMeta, Status, StatusCause, StatusDetails, StatusReason};

use crate::{authz::Attributes, quote::Quoted, store::Revision, validation::FieldError};

/// Why a request failed: a `Status` object that says so.
#[derive(Clone, Debug)]
pub(crate) struct Failure(Box<Status>);

/// A resource with its group, as messages name it: `pods`, `deployments.apps`. Some messages put
/// the kind in the resource's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Qualified<'a> {
    /// The group, empty for the core group.
    pub(crate) group: &'a str,
    /// The resource or the kind.
    pub(crate) name: &'a str,
}

impl Failure {
    /// 400: the request makes no sense.
    pub(crate) fn bad_request(message: impl Into<Str>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, StatusReason::BAD_REQUEST, message)
    }

    /// 401: nobody was authenticated.
    pub(crate) fn unauthorized() -> Self {
        let code = StatusCode::UNAUTHORIZED;
        Self::new(code, StatusReason::UNAUTHORIZED, "Unauthorized")
    }

    /// 403: it must not be done, for a reason that is not the user.
    pub(crate) fn forbidden(resource: Qualified<'_>, name: &str, why: &str) -> Self {
        let quoted = Quoted(name);
        let message = format!("{resource} {quoted} is forbidden: {why}");
        Self::new(StatusCode::FORBIDDEN, StatusReason::FORBIDDEN, message).about(resource, name)
    }

    /// 403: the user may not do it.
    pub(crate) fn denied(user: &str, what: &Attributes<'_>, reason: &str) -> Self {
        let (user, verb) = (Quoted(user), what.verb);
        let mut why = if what.is_resource {
            let resource = match what.subresource {
                "" => what.resource.to_owned(),
                subresource => format!("{}/{subresource}", what.resource),
            };
            let place = match what.namespace {
                "" => "at the cluster scope".to_owned(),
                namespace => format!("in the namespace {}", Quoted(namespace)),
            };
            let (resource, group) = (Quoted(&resource), Quoted(what.group));
            format!("User {user} cannot {verb} resource {resource} in API group {group} {place}")
        } else {
            let path = Quoted(what.path);
            format!("User {user} cannot {verb} path {path}")
        };
        if !reason.is_empty() {
            why.push_str(": ");
            why.push_str(reason);
        }
        let resource = Qualified {
            group: what.group,
            name: what.resource,
        };
        let message = match (what.resource, what.name) {
            ("", _) => format!("forbidden: {why}"),
            (_, "") => format!("{resource} is forbidden: {why}"),
            (_, name) => format!("{resource} {} is forbidden: {why}", Quoted(name)),
        };
        Self::new(StatusCode::FORBIDDEN, StatusReason::FORBIDDEN, message)
            .about(resource, what.name)
    }

    /// 404: there is no such object.
    pub(crate) fn not_found(resource: Qualified<'_>, name: &str) -> Self {
        let message = format!("{resource} {} not found", Quoted(name));
        Self::new(StatusCode::NOT_FOUND, StatusReason::NOT_FOUND, message).about(resource, name)
    }

    /// 404: there is no such resource.
    pub(crate) fn no_such_resource() -> Self {
        let message = "the server could not find the requested resource";
        Self::new(StatusCode::NOT_FOUND, StatusReason::NOT_FOUND, message).with_empty_details()
    }

    /// 405: the resource can be listed and not watched.
    pub(crate) fn not_watchable(resource: &str) -> Self {
        let message = format!(
            "watch is not supported on resources of kind {}",
            Quoted(resource)
        );
        let code = StatusCode::METHOD_NOT_ALLOWED;
        let named = Qualified {
            group: "",
            name: resource,
        };
        Self::new(code, StatusReason::METHOD_NOT_ALLOWED, message).about(named, "")
    }

    /// 405: the resource cannot be used in this way.
    pub(crate) fn method_not_allowed() -> Self {
        let message = "the server does not allow this method on the requested resource";
        let code = StatusCode::METHOD_NOT_ALLOWED;
        Self::new(code, StatusReason::METHOD_NOT_ALLOWED, message).with_empty_details()
    }

    /// 406: nothing that the client accepts can be given.
    pub(crate) fn not_acceptable(accepted: &str) -> Self {
        let message = format!("only the following media types are accepted: {accepted}");
        let code = StatusCode::NOT_ACCEPTABLE;
        Self::new(code, StatusReason::NOT_ACCEPTABLE, message)
    }

    /// 406: the route has none of the media types that the client takes.
    pub(crate) fn not_produced(produced: &str) -> Self {
        let message = format!("406: Not Acceptable\n\nAvailable representations: {produced}");
        let code = StatusCode::NOT_ACCEPTABLE;
        let mut failure = Self::new(code, StatusReason::NOT_ACCEPTABLE, message);
        failure.details();
        failure
    }

    /// 406: what was asked for is not what it can be converted to.
    pub(crate) fn not_convertible(message: impl Into<Str>) -> Self {
        let code = StatusCode::NOT_ACCEPTABLE;
        Self::new(code, StatusReason::NOT_ACCEPTABLE, message)
    }

    /// 409: there is such an object already.
    pub(crate) fn already_exists(resource: Qualified<'_>, name: &str) -> Self {
        let message = format!("{resource} {} already exists", Quoted(name));
        let code = StatusCode::CONFLICT;
        Self::new(code, StatusReason::ALREADY_EXISTS, message).about(resource, name)
    }

    /// 409: no free name was found.
    pub(crate) fn generated_name_exists(resource: Qualified<'_>, name: &str) -> Self {
        let quoted = Quoted(name);
        let message = format!(
            "{resource} {quoted} already exists, the server was not able to generate a unique name \
             for the object"
        );
        let code = StatusCode::CONFLICT;
        Self::new(code, StatusReason::ALREADY_EXISTS, message)
            .about(resource, name)
            .retry_after_seconds(1)
    }

    /// 409: the object is not in the state that the request expects.
    pub(crate) fn conflict(resource: Qualified<'_>, name: &str, why: &str) -> Self {
        let message = format!(
            "Operation cannot be fulfilled on {resource} {}: {why}",
            Quoted(name)
        );
        Self::new(StatusCode::CONFLICT, StatusReason::CONFLICT, message).about(resource, name)
    }

    /// 409: somebody else changed the object since the client read it.
    pub(crate) fn stale(resource: Qualified<'_>, name: &str) -> Self {
        const WHY: &str = "the object has been modified; please apply your changes to the latest \
            version and try again";
        Self::conflict(resource, name, WHY)
    }

    /// 410: the history that the request needs is gone.
    pub(crate) fn expired(message: impl Into<Str>) -> Self {
        Self::new(StatusCode::GONE, StatusReason::EXPIRED, message)
    }

    /// 413: the body is too large.
    pub(crate) fn too_large(limit: usize) -> Self {
        let message = format!("Request entity too large: limit is {limit}");
        let code = StatusCode::PAYLOAD_TOO_LARGE;
        Self::new(code, StatusReason::REQUEST_ENTITY_TOO_LARGE, message)
    }

    /// 413: a patch has too many operations.
    pub(crate) fn too_many_operations(why: &dyn fmt::Display) -> Self {
        let message = format!("Request entity too large: {why}");
        let code = StatusCode::PAYLOAD_TOO_LARGE;
        Self::new(code, StatusReason::REQUEST_ENTITY_TOO_LARGE, message)
    }

    /// 415: no patch has this format.
    pub(crate) fn unknown_patch_type() -> Self {
        let code = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        let message = "415: Unsupported Media Type";
        Self::new(code, StatusReason::UNSUPPORTED_MEDIA_TYPE, message).with_empty_details()
    }

    /// 415: the patch is meant for server-side apply, which this server does not know yet.
    pub(crate) fn no_apply_yet() -> Self {
        let code = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        let message = "server-side apply is not supported by this server yet; use a JSON patch, a \
                       merge patch or a strategic merge patch";
        Self::new(code, StatusReason::UNSUPPORTED_MEDIA_TYPE, message)
    }

    /// 415: the body is in a format that is not understood.
    pub(crate) fn unsupported_media_type(accepted: &str) -> Self {
        let message = format!(
            "the body of the request was in an unknown format - accepted media types include: \
             {accepted}"
        );
        let code = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        Self::new(code, StatusReason::UNSUPPORTED_MEDIA_TYPE, message)
    }

    /// 422: the object, or the options of the request, are not valid.
    pub(crate) fn invalid(kind: Qualified<'_>, name: &str, errors: &[FieldError]) -> Self {
        let mut message = format!("{kind} {} is invalid", Quoted(name));
        let shown: Vec<String> = errors.iter().map(ToString::to_string).collect();
        match shown.as_slice() {
            [] => {}
            [one] => message.push_str(&format!(": {one}")),
            many => message.push_str(&format!(": [{}]", many.join(", "))),
        }
        let mut failure = Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            StatusReason::INVALID,
            message,
        );
        failure = failure.about(kind, name);
        for error in errors {
            failure = failure.because(error.reason(), &error.body(), error.field());
        }
        failure
    }

    /// 422: a patch cannot be applied; the real server says no more than that.
    pub(crate) fn rejected() -> Self {
        let code = StatusCode::UNPROCESSABLE_ENTITY;
        let message = "the server rejected our request due to an error in our request";
        Self::new(code, StatusReason::INVALID, message).with_empty_details()
    }

    /// 429: a pod cannot go, since what protects it allows no disruption.
    pub(crate) fn over_budget(why: &str, retry_after: i32) -> Self {
        let message = "Cannot evict pod as it would violate the pod's disruption budget.";
        let code = StatusCode::TOO_MANY_REQUESTS;
        Self::new(code, StatusReason::TOO_MANY_REQUESTS, message)
            .retry_after_seconds(retry_after)
            .because("DisruptionBudget", why, "")
    }

    /// 500: a pod has more budgets than an eviction can respect.
    pub(crate) fn many_budgets() -> Self {
        Self::internal_plain(
            "This pod has more than one PodDisruptionBudget, which the eviction subresource does \
             not support.",
        )
    }

    /// 503: somebody whom the request needs does not answer.
    pub(crate) fn service_unavailable(message: impl Into<Str>) -> Self {
        let code = StatusCode::SERVICE_UNAVAILABLE;
        Self::new(code, StatusReason::SERVICE_UNAVAILABLE, message)
    }

    /// 500: something broke while the request was answered.
    pub(crate) fn internal(why: &str) -> Self {
        let code = StatusCode::INTERNAL_SERVER_ERROR;
        let message = format!("Internal error occurred: {why}");
        Self::new(code, StatusReason::INTERNAL_ERROR, message).because("", why, "")
    }

    /// What somebody else answered whom the request was sent on to, in the words that clients have
    /// for answers that say no more than their code.
    pub(crate) fn refused_by_peer(
        code: StatusCode,
        resource: &str,
        name: &str,
        said: &str,
    ) -> Self {
        let (reason, message) = match code.as_u16() {
            401 => (
                StatusReason::UNAUTHORIZED,
                "the server has asked for the client to provide credentials".to_owned(),
            ),
            403 => (StatusReason::FORBIDDEN, said.to_owned()),
            404 => (
                StatusReason::NOT_FOUND,
                "the server could not find the requested resource".to_owned(),
            ),
            405 => (
                StatusReason::METHOD_NOT_ALLOWED,
                "the server does not allow this method on the requested resource".to_owned(),
            ),
            422 => (
                StatusReason::INVALID,
                "the server rejected our request due to an error in our request".to_owned(),
            ),
            429 => (
                StatusReason::TOO_MANY_REQUESTS,
                "the server has received too many requests and has asked us to try again later"
                    .to_owned(),
            ),
            503 => (
                StatusReason::SERVICE_UNAVAILABLE,
                "the server is currently unable to handle the request".to_owned(),
            ),
            504 => (
                StatusReason::TIMEOUT,
                "the server was unable to return a response in the time allotted, but may still \
                 be processing the request"
                    .to_owned(),
            ),
            500.. => {
                let said = Quoted(said);
                let message = format!(
                    "an error on the server ({said}) has prevented the request from succeeding"
                );
                (StatusReason::INTERNAL_ERROR, message)
            }
            code => {
                let message = format!(
                    "the server responded with the status code {code} but did not return more \
                     information"
                );
                (StatusReason::default(), message)
            }
        };
        let resource = Qualified {
            group: "",
            name: resource,
        };
        let message = format!("{message} ( {resource} {name})");
        Self::new(code, reason, message).about(resource, name)
    }

    /// 500, without a reason: what the real server answers to a resource version that is no number.
    pub(crate) fn internal_plain(message: impl Into<Str>) -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            StatusReason::default(),
            message,
        )
    }

    /// 504: the request took too long.
    pub(crate) fn timeout() -> Self {
        let message = "Timeout: request did not complete within the allotted timeout";
        Self::new(StatusCode::GATEWAY_TIMEOUT, StatusReason::TIMEOUT, message).with_empty_details()
    }

    /// 504: the revision that the request wants to read from did not come in time.
    pub(crate) fn revision_too_large(wanted: Revision, current: Revision) -> Self {
        let message = format!("Timeout: Too large resource version: {wanted}, current: {current}");
        Self::new(StatusCode::GATEWAY_TIMEOUT, StatusReason::TIMEOUT, message)
            .retry_after_seconds(1)
            .because("ResourceVersionTooLarge", "Too large resource version", "")
    }

    /// What a test wants instead of an answer.
    pub(crate) fn injected(code: StatusCode, retry_after: Option<Duration>) -> Self {
        let reason = match code.as_u16() {
            400 => StatusReason::BAD_REQUEST,
            401 => StatusReason::UNAUTHORIZED,
            403 => StatusReason::FORBIDDEN,
            404 => StatusReason::NOT_FOUND,
            405 => StatusReason::METHOD_NOT_ALLOWED,
            406 => StatusReason::NOT_ACCEPTABLE,
            409 => StatusReason::CONFLICT,
            410 => StatusReason::EXPIRED,
            413 => StatusReason::REQUEST_ENTITY_TOO_LARGE,
            415 => StatusReason::UNSUPPORTED_MEDIA_TYPE,
            422 => StatusReason::INVALID,
            429 => StatusReason::TOO_MANY_REQUESTS,
            500 => StatusReason::INTERNAL_ERROR,
            503 => StatusReason::SERVICE_UNAVAILABLE,
            504 => StatusReason::TIMEOUT,
            _ => StatusReason::UNKNOWN,
        };
        let failure = Self::new(code, reason, "a test lets this request fail");
        match retry_after {
            Some(after) => {
                let seconds = i32::try_from(after.as_secs()).unwrap_or(i32::MAX);
                failure.retry_after_seconds(seconds)
            }
            None => failure,
        }
    }

    /// Adds a cause to the details.
    pub(crate) fn because(mut self, reason: &str, message: &str, field: &str) -> Self {
        self.details().causes.push(StatusCause {
            reason: CauseType::from(reason),
            message: message.into(),
            field: field.into(),
        });
        self
    }

    /// Says how the rest of an expired list can still be had.
    pub(crate) fn continue_with(mut self, token: String) -> Self {
        self.0.metadata = ListMeta {
            continue_: token.into(),
            ..ListMeta::default()
        };
        self
    }

    /// Puts text in front of the message.
    pub(crate) fn prefixed(mut self, prefix: &str) -> Self {
        self.0.message = format!("{prefix}{}", self.0.message).into();
        self
    }

    /// The HTTP status of the answer.
    pub(crate) fn code(&self) -> StatusCode {
        u16::try_from(self.0.code)
            .ok()
            .and_then(|code| StatusCode::from_u16(code).ok())
            .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// After how many seconds the client should try again, if it should.
    pub(crate) fn retry_after(&self) -> Option<i32> {
        let details = self.0.details.as_ref()?;
        (details.retry_after_seconds > 0).then_some(details.retry_after_seconds)
    }

    /// Whether it was for no operation that there is: neither for the path nor for the method.
    pub(crate) fn is_unrouted(&self) -> bool {
        let details = self.0.details.as_deref();
        matches!(self.0.code, 404 | 405) && details.is_some_and(|of| of.kind.is_empty())
    }

    /// What it says.
    pub(crate) fn message(&self) -> &str {
        &self.0.message
    }

    /// The `Status` object.
    pub(crate) fn status(&self) -> &Status {
        &self.0
    }

    fn new(code: StatusCode, reason: StatusReason, message: impl Into<Str>) -> Self {
        Self(Box::new(Status {
            status: Str::from_static("Failure"),
            message: message.into(),
            reason,
            code: i32::from(code.as_u16()),
            ..Status::default()
        }))
    }

    fn about(mut self, what: Qualified<'_>, name: &str) -> Self {
        let details = self.details();
        details.name = name.into();
        details.group = what.group.into();
        details.kind = what.name.into();
        self
    }

    fn retry_after_seconds(mut self, seconds: i32) -> Self {
        self.details().retry_after_seconds = seconds;
        self
    }

    fn with_empty_details(mut self) -> Self {
        self.details();
        self
    }

    fn details(&mut self) -> &mut StatusDetails {
        self.0.details.get_or_insert_default()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Qualified<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.group {
            "" => f.write_str(self.name),
            group => write!(f, "{}.{group}", self.name),
        }
    }
}

/// The `Status` that something was done which has no other answer.
pub(crate) fn done(code: StatusCode) -> Status {
    Status {
        status: Str::from_static("Success"),
        code: code.as_u16().into(),
        ..Status::default()
    }
}

/// The `Status` of an immediate deletion: what was deleted.
pub(crate) fn deleted(resource: Qualified<'_>, name: &str, uid: &str) -> Status {
    Status {
        status: Str::from_static("Success"),
        details: Some(Box::new(StatusDetails {
            name: name.into(),
            group: resource.group.into(),
            kind: resource.name.into(),
            uid: uid.into(),
            ..StatusDetails::default()
        })),
        ..Status::default()
    }
}

#[cfg(test)]
mod tests {
    use pintle_meta::Kind as _;

    use super::*;

    fn spelt(status: &Status) -> String {
        let mut text = Vec::new();
        pintle_codec::json::encode_object(status, &Status::type_meta(), &mut text);
        String::from_utf8(text).unwrap()
    }

    fn json(failure: &Failure) -> String {
        spelt(failure.status())
    }

    const PODS: Qualified<'_> = Qualified {
        group: "",
        name: "pods",
    };

    // Every expectation is what kube-apiserver 1.36.3 answered.
    #[test]
    fn statuses_are_the_real_servers() {
        assert_eq!(
            json(&Failure::not_found(PODS, "nope")),
            r#"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"pods \"nope\" not found","reason":"NotFound","details":{"name":"nope","kind":"pods"},"code":404}"#
        );
        assert_eq!(
            json(&Failure::no_such_resource()),
            r#"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"the server could not find the requested resource","reason":"NotFound","details":{},"code":404}"#
        );
        assert_eq!(
            json(&Failure::revision_too_large(
                Revision::new(99),
                Revision::new(5)
            )),
            r#"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Timeout: Too large resource version: 99, current: 5","reason":"Timeout","details":{"causes":[{"reason":"ResourceVersionTooLarge","message":"Too large resource version"}],"retryAfterSeconds":1},"code":504}"#
        );
        let kind = Qualified {
            group: "meta.k8s.io",
            name: "ListOptions",
        };
        let why = "sendInitialEvents is forbidden for list";
        assert_eq!(
            json(&Failure::invalid(
                kind,
                "",
                &[FieldError::forbidden("sendInitialEvents", why)]
            )),
            r#"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"ListOptions.meta.k8s.io \"\" is invalid: sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list","reason":"Invalid","details":{"group":"meta.k8s.io","kind":"ListOptions","causes":[{"reason":"FieldValueForbidden","message":"Forbidden: sendInitialEvents is forbidden for list","field":"sendInitialEvents"}]},"code":422}"#
        );
        assert_eq!(
            json(&Failure::unauthorized()),
            r#"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Unauthorized","reason":"Unauthorized","code":401}"#
        );
        assert_eq!(
            json(&Failure::stale(PODS, "x")),
            r#"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Operation cannot be fulfilled on pods \"x\": the object has been modified; please apply your changes to the latest version and try again","reason":"Conflict","details":{"name":"x","kind":"pods"},"code":409}"#
        );
        assert_eq!(
            spelt(&deleted(PODS, "c1", "u")),
            r#"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success","details":{"name":"c1","kind":"pods","uid":"u"}}"#
        );
    }
}
