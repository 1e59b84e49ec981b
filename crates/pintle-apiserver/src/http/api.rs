//! [`Api`], the server without its sockets: a request in, a response out.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header, request};
use http_body::Body as _;
use pintle_env::{Clock, Random, Timer};

use super::{
    Body,
    admit::Admitted,
    body::{self, Arrivals, Received},
    connect::Connect,
    flight::{self, Flights},
    gzip,
    negotiate::{self, JSON, Offer, Representation, check_stream, content_format, negotiate},
    patch,
    query::Query,
    represent::Renderer,
    review::Review,
    route::{Route, Target},
    socket, warning,
};
use crate::{
    authn::{Authenticator, User},
    authz::Authorizer,
    discovery::Discovery,
    encoding::{self, Payload},
    faults::Faults,
    kinds::Part,
    metrics::Metrics,
    openapi::OpenApi,
    proxy::{Dialer, KubeletTls},
    registry::{Registry, Served, View},
    schema::{Subresource, Tree, TypeFacts},
    shutdown::Shutdown,
    status::Failure,
    store::Object,
    table::{self, Table},
    version,
    versions::deprecation,
};

/// The server without its sockets.
pub(crate) struct Api {
    pub(super) registry: Arc<Registry>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) timer: Arc<dyn Timer>,
    pub(super) random: Arc<dyn Random>,
    pub(super) shutdown: Shutdown,
    pub(super) authenticator: Authenticator,
    pub(super) authorizer: Arc<dyn Authorizer>,
    pub(super) openapi: OpenApi,
    pub(super) dialer: Dialer,
    metrics: Arc<Metrics>,
    arrivals: Arrivals,
    pub(super) discovery: Discovery,
    pub(super) flights: Flights,
    pub(super) faults: Option<Faults>,
}

/// Whom the server trusts, and with what.
pub(crate) struct Security {
    /// Says who clients are.
    pub(crate) authenticator: Authenticator,
    /// Says what they may do.
    pub(crate) authorizer: Arc<dyn Authorizer>,
    /// What the server shows to kubelets, and they to it.
    pub(crate) kubelets: KubeletTls,
}

/// A request for objects, as far as all operations need it.
pub(super) struct Call<'a> {
    pub(super) served: Served,
    pub(super) target: &'a Target,
    pub(super) query: Query<'a>,
    pub(super) headers: &'a http::HeaderMap,
    /// As whom it is made.
    pub(super) user: &'a User,
}

/// What an operation answers.
pub(super) struct Answer {
    pub(super) code: StatusCode,
    pub(super) media_type: &'static str,
    pub(super) body: Body,
    pub(super) warnings: Vec<String>,
}

impl Api {
    /// A server over a registry.
    pub(crate) fn new(
        registry: Arc<Registry>,
        clock: Arc<dyn Clock>,
        timer: Arc<dyn Timer>,
        random: Arc<dyn Random>,
        shutdown: Shutdown,
        security: Security,
    ) -> Self {
        let served = registry.resources().iter();
        let resources: Vec<_> = served.map(|served| served.facts).collect();
        Self {
            openapi: OpenApi::new(resources.clone()),
            metrics: Arc::new(Metrics::new(&registry, clock.clone())),
            arrivals: Arrivals::default(),
            discovery: Discovery::new(resources),
            dialer: Dialer::new(security.kubelets, clock.clone(), timer.clone()),
            registry,
            clock,
            timer,
            random,
            shutdown,
            authenticator: security.authenticator,
            authorizer: security.authorizer,
            flights: Flights::default(),
            faults: None,
        }
    }

    /// What it counts.
    pub(crate) fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }

    /// The same server, with other places for requests that are being answered.
    pub(crate) fn with_flights(mut self, flights: Flights) -> Self {
        self.flights = flights;
        self
    }

    /// The same server, with faults.
    pub(crate) fn with_faults(mut self, faults: Option<Faults>) -> Self {
        self.faults = faults;
        self
    }

    /// Answers a request over a connection of `peer`, which is nobody's if its client has shown no
    /// certificate: the request itself may say more.
    ///
    /// # Cancel safety
    ///
    /// A write that was begun is either done or not when this is dropped; nothing else is lost.
    pub(crate) async fn respond<B>(
        self: &Arc<Self>,
        peer: Option<&Arc<User>>,
        request: Request<B>,
    ) -> Response<Body>
    where
        B: http_body::Body<Data = Bytes, Error: std::error::Error + Send + Sync>
            + Send
            + Unpin
            + 'static,
    {
        let (mut head, body) = request.into_parts();
        let mut body = Received::new(body);
        self.arrivals.fetch_add(1, Ordering::Relaxed);
        let route = Route::of(head.uri.path());
        let measured = self.measure(&route, &head);
        let response = self.answer(peer, route, &mut head, &mut body).await;
        let response = response.map(|answer| answer.giving_way(&self.arrivals));
        let measured = measured.answered(response.status().as_u16());
        let response = if head.method == Method::HEAD {
            without_body(response)
        } else {
            response
        };
        let response = if measured.lasts() {
            response.map(|answer| answer.keeping(measured))
        } else {
            response
        };
        if body.is_end_stream() {
            return response;
        }
        response.map(|answer| answer.keeping(body))
    }

    pub(super) async fn outcome<B>(
        self: &Arc<Self>,
        peer: Option<&Arc<User>>,
        route: Route,
        head: &mut request::Parts,
        body: &mut Received<B>,
    ) -> Result<Response<Body>, Failure>
    where
        B: http_body::Body<Data = Bytes, Error: std::error::Error + Send + Sync>
            + Send
            + Unpin
            + 'static,
    {
        let (user, flight) = match self.admit(peer, head, &route)? {
            Admitted::Known(user, flight) => (user, flight),
            Admitted::TooMany => return Ok(flight::too_many()),
        };
        let query = Query::new(head.uri.query());
        match route {
            Route::Objects(target) => {
                let call = self.call(&target, query, &head.headers, &user)?;
                if let Some(connect) = Connect::of(&call) {
                    return self.connect(connect, &call, head, body.take()).await;
                }
                let deprecated = deprecation::warning(call.served.facts);
                let outcome = self.operate(&head.method, &call, body).await;
                let mut response = match outcome {
                    Ok(answer) => answered(answer),
                    // Where there is nothing to be asked, nothing is said of it.
                    Err(failure) if deprecated.is_none() || failure.is_unrouted() => {
                        return Err(failure);
                    }
                    Err(failure) => failed(&failure, head),
                };
                warning::put_first(deprecated, response.headers_mut());
                let is_watch = response.body().expiry().is_some();
                if is_watch && socket::is_asked_for(&head.headers) {
                    return Ok(socket::serve(head, response));
                }
                Ok(flight.kept_by(compressed(response, &head.headers)))
            }
            Route::Index => Ok(self.index()),
            Route::Health { root, check } => Ok(self.health(root, &check, query)),
            Route::Metrics => Ok(self.told()),
            Route::OpenApiV2 => Ok(self.openapi_v2(&head.headers)),
            Route::OpenApiV3(name) => Ok(self.openapi_v3(name.as_deref(), query, &head.headers)),
            route => {
                let response = self.read_only(&head.method, &route, head)?;
                Ok(compressed(response, &head.headers))
            }
        }
    }

    fn call<'a>(
        &self,
        target: &'a Target,
        query: Query<'a>,
        headers: &'a http::HeaderMap,
        user: &'a User,
    ) -> Result<Call<'a>, Failure> {
        let served = self
            .registry
            .find(&target.group, &target.version, &target.resource);
        let served = served.ok_or_else(Failure::no_such_resource)?;
        // A namespaced object is in a namespace, and only that is.
        let facts = served.facts;
        let misplaced = if facts.namespaced {
            !target.name.is_empty() && target.namespace.is_empty()
        } else {
            !target.namespace.is_empty()
        };
        if misplaced {
            return Err(Failure::no_such_resource());
        }
        Ok(Call {
            served,
            target,
            query,
            headers,
            user,
        })
    }

    async fn operate<B>(
        self: &Arc<Self>,
        method: &Method,
        call: &Call<'_>,
        body: &mut B,
    ) -> Result<Answer, Failure>
    where
        B: http_body::Body<Data = Bytes> + Send + Unpin,
    {
        let Target {
            name,
            namespace,
            subresource,
            watch,
            ..
        } = call.target;
        let facts = call.served.facts;
        if *watch {
            return match *method {
                _ if !call.served.offers("watch") => Err(Failure::no_such_resource()),
                Method::GET if subresource.is_empty() => self.list_or_watch(call).await,
                _ => Err(Failure::method_not_allowed()),
            };
        }
        if !subresource.is_empty() {
            let below = facts.subresource(subresource);
            let below = below.ok_or_else(Failure::no_such_resource)?;
            return self.operate_below(method, call, below, body).await;
        }
        let offers = |verb: &str| call.served.offers(verb);
        let everywhere = facts.namespaced && namespace.is_empty();
        // What can be done here; nothing makes it no place at all.
        let here: &[&str] = match name.is_empty() {
            true if everywhere => &["list"],
            true => &["list", "create", "deletecollection"],
            false => &["get", "update", "patch", "delete"],
        };
        if !here.iter().any(|verb| offers(verb)) {
            return Err(Failure::no_such_resource());
        }
        match (method, name.is_empty()) {
            (&Method::GET, true) if offers("list") => self.list_or_watch(call).await,
            (&Method::GET, false) if offers("get") => self.get(call).await,
            (&Method::POST, true) if !everywhere && offers("create") => {
                let format = content_format(call.headers)?;
                let payload = Payload::new(format, self.read(body).await?);
                match Review::of(facts) {
                    Some(review) => self.review(review, call, &payload),
                    None if facts.kind == "Binding" => self.bind_named(call, &payload),
                    None => self.create(call, &payload),
                }
            }
            (&Method::PUT, false) if offers("update") => {
                let format = content_format(call.headers)?;
                let payload = Payload::new(format, self.read(body).await?);
                self.update(call, Part::Whole, &payload)
            }
            (&Method::PATCH, false) if offers("patch") => {
                let format = patch::Format::of(call.headers)?;
                self.patch(call, Part::Whole, format, &self.read(body).await?)
            }
            (&Method::DELETE, false) if offers("delete") => {
                self.delete(call, self.read(body).await?)
            }
            (&Method::DELETE, true) if !everywhere && offers("deletecollection") => {
                self.delete_collection(call, self.read(body).await?).await
            }
            _ => Err(Failure::method_not_allowed()),
        }
    }

    /// The body of a request, if it comes in time.
    pub(super) async fn read<B>(&self, body: &mut B) -> Result<Bytes, Failure>
    where
        B: http_body::Body<Data = Bytes> + Unpin,
    {
        tokio::select! {
            // Mostly it is there already, and the timer is never polled.
            biased;
            read = body::read(body) => read,
            () = self.timer.sleep_until(self.clock.now() + BODY_TIME) => Err(Failure::timeout()),
        }
    }

    fn read_only(
        &self,
        method: &Method,
        route: &Route,
        head: &request::Parts,
    ) -> Result<Response<Body>, Failure> {
        if *route == Route::Unknown {
            return Ok(not_found());
        }
        if !matches!(*method, Method::GET | Method::HEAD) {
            return Err(Failure::method_not_allowed());
        }
        match route {
            Route::Version => Ok(json(version::document())),
            Route::TokenIssuer => Ok(published(JSON, self.authenticator.accounts().issuer())),
            Route::TokenKeys => {
                let keys = self.authenticator.accounts().key_set();
                Ok(published("application/jwk-set+json", keys))
            }
            route => self.discover(route, head),
        }
    }
}

impl Call<'_> {
    /// The representation for a single object.
    pub(super) fn renderer(&self, api: &Api) -> Result<Renderer, Failure> {
        // What is only asked and answered is in no table.
        let offer = match self.served.offers("get") {
            true => &Offer::OBJECT,
            false => &Offer::ANSWER,
        };
        let table = table::of(self.served.stored);
        self.renderer_of(api, offer, self.served.view(), table)
    }

    /// The representation for what is below an object and has a kind of its own.
    pub(super) fn renderer_below(
        &self,
        api: &Api,
        below: &'static Subresource,
    ) -> Result<Renderer, Failure> {
        let offer = match below.verbs.contains(&"get") {
            true => &Offer::OBJECT,
            false => &Offer::ANSWER,
        };
        self.renderer_of(api, offer, View::below(below), table::below(below))
    }

    fn renderer_of(
        &self,
        api: &Api,
        offer: &Offer,
        view: View,
        table: &'static Table,
    ) -> Result<Renderer, Failure> {
        let negotiated = negotiate(offer, self.headers, self.query)?;
        if matches!(negotiated.form, Representation::MetadataList(_)) {
            return Err(Failure::not_convertible(format!(
                "you requested PartialObjectMetadataList, but the requested object is not a list \
                 (*{})",
                in_go(view.type_facts())
            )));
        }
        let now = api.registry.timestamp();
        Renderer::new(view, table, negotiated, self.query, now)
    }

    /// The representation for a list or a watch.
    pub(super) fn list_renderer(&self, api: &Api, watch: bool) -> Result<Renderer, Failure> {
        let negotiated = negotiate(&Offer::OBJECTS, self.headers, self.query)?;
        let view = self.served.view();
        if watch {
            check_stream(negotiated)?;
        } else if matches!(negotiated.form, Representation::Metadata(_)) {
            return Err(Failure::not_convertible(format!(
                "you requested PartialObjectMetadata, but the requested object is a list (*{})",
                in_go(view.list_type())
            )));
        }
        let table = table::of(self.served.stored);
        let now = api.registry.timestamp();
        Renderer::new(view, table, negotiated, self.query, now)
    }
}

/// A type as Go names it, in the form in which the real server works on it.
fn in_go(type_: TypeFacts) -> String {
    format!("{}.{}", type_.package(), type_.kind)
}

impl Answer {
    /// An object.
    pub(super) fn object(code: StatusCode, renderer: &Renderer, object: &Object) -> Self {
        Self::new(
            code,
            renderer.media_type(),
            Body::whole(renderer.object(object)),
        )
    }

    /// Something that was made to be answered, and is not stored.
    pub(super) fn made(code: StatusCode, renderer: &Renderer, tree: &Tree) -> Self {
        let body = Body::whole(renderer.made(tree));
        Self::new(code, renderer.media_type(), body)
    }

    /// A body of this media type.
    pub(super) fn new(code: StatusCode, media_type: &'static str, body: Body) -> Self {
        Self {
            code,
            media_type,
            body,
            warnings: Vec::new(),
        }
    }
}

fn answered(answer: Answer) -> Response<Body> {
    let mut response = respond(answer.code, answer.media_type, answer.body);
    for warning in warning::headers(&answer.warnings) {
        response.headers_mut().append(header::WARNING, warning);
    }
    response
}

/// An answer as small as the client takes it.
fn compressed(response: Response<Body>, headers: &http::HeaderMap) -> Response<Body> {
    if gzip::is_accepted(headers) {
        gzip::compress(response)
    } else {
        response
    }
}

pub(super) fn failed(failure: &Failure, head: &request::Parts) -> Response<Body> {
    let encoding = negotiate::of_failure(head);
    let body = Body::whole(encoding::status(failure.status(), encoding));
    let mut response = respond(failure.code(), encoding.format.media_type(), body);
    if let Some(seconds) = failure.retry_after() {
        let seconds = HeaderValue::from(seconds);
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    response
}

/// The answer to a `HEAD`: what a `GET` would say about its body, and no body.
fn without_body(response: Response<Body>) -> Response<Body> {
    let length = response.body().known_length();
    let mut response = response.map(|_| Body::whole(Bytes::new()));
    if let Some(length) = length {
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    response
}

fn json(document: Bytes) -> Response<Body> {
    respond(StatusCode::OK, JSON, Body::whole(document))
}

/// What is for everybody, and changes so rarely that it may be kept for a while.
fn published(content_type: &str, document: Vec<u8>) -> Response<Body> {
    let mut response = respond(StatusCode::OK, content_type, Body::whole(document));
    let public = HeaderValue::from_static("public, max-age=3600");
    response.headers_mut().insert(header::CACHE_CONTROL, public);
    response
}

pub(super) fn not_found() -> Response<Body> {
    respond_text(StatusCode::NOT_FOUND, "404 page not found\n")
}

pub(super) fn respond_text(code: StatusCode, text: &'static str) -> Response<Body> {
    let mut response = respond(code, TEXT, Body::whole(text));
    // Browsers are not to take it for something else.
    let nosniff = HeaderValue::from_static("nosniff");
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, nosniff);
    response
}

pub(super) fn respond(code: StatusCode, content_type: &str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = code;
    let headers = response.headers_mut();
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("no-cache, private"),
    );
    if let Ok(content_type) = HeaderValue::try_from(content_type) {
        headers.insert(header::CONTENT_TYPE, content_type);
    }
    response
}

const TEXT: &str = "text/plain; charset=utf-8";
/// How long the body of a request may take to come. As kube-apiserver's requests.
const BODY_TIME: Duration = Duration::from_secs(60);
