//! Answers, as far as the server is to give them: a test may want it to misbehave.

use std::sync::Arc;

use bytes::Bytes;
use http::{Response, request};

use super::{Api, Body, admit::About, api::failed, body::Received, route::Route};
use crate::{authn::User, faults::Met};

/// Marks a response that is not to be sent: its connection is to break instead.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Broken;

impl Api {
    /// Answers a request, unless it meets a fault.
    pub(super) async fn answer<B>(
        self: &Arc<Self>,
        peer: Option<&Arc<User>>,
        route: Route,
        head: &mut request::Parts,
        body: &mut Received<B>,
    ) -> Response<Body>
    where
        B: http_body::Body<Data = Bytes, Error: std::error::Error + Send + Sync>
            + Send
            + Unpin
            + 'static,
    {
        let Some(faults) = &self.faults else {
            let outcome = self.outcome(peer, route, head, body).await;
            return outcome.unwrap_or_else(|failure| failed(&failure, head));
        };
        let about = About::new(head);
        let attributes = about.attributes();
        let arrives = match faults.meet(&attributes, &*self.clock, &*self.timer).await {
            Met::Nothing => true,
            Met::LostAnswer => false,
            Met::Refusal(failure) => return failed(&failure, head),
            Met::Reset => return broken(),
        };
        let outcome = self.outcome(peer, route, head, body).await;
        if !arrives {
            return broken();
        }
        let response = outcome.unwrap_or_else(|failure| failed(&failure, head));
        if let Some(watch) = response.body().expiry() {
            faults.watching(&attributes, watch);
        }
        response
    }
}

fn broken() -> Response<Body> {
    let mut response = Response::new(Body::whole(Bytes::new()));
    response.extensions_mut().insert(Broken);
    response
}
