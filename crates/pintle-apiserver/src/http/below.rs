//! What is below objects: parts of them, their scale, and what is done to them.

use bytes::Bytes;
use http::Method;

use super::{
    Api,
    api::{Answer, Call},
    negotiate::content_format,
    patch,
};
use crate::{encoding::Payload, kinds::Part, schema::Subresource, status::Failure};

/// What is below an object, but for what connects a client with something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Below {
    /// A part of it, which is read and changed as the object is.
    Part(Part),
    /// How many pods it is to have.
    Scale,
    /// A pod is given to a node.
    Binding,
    /// A pod is to go, if that disrupts nothing.
    Eviction,
    /// A token of a service account.
    Token,
}

impl Below {
    fn of(below: &Subresource) -> Option<Self> {
        Some(match below.kind {
            "Scale" => Self::Scale,
            "Binding" => Self::Binding,
            "Eviction" => Self::Eviction,
            "TokenRequest" => Self::Token,
            _ => Self::Part(Part::of(below)?),
        })
    }
}

impl Api {
    /// What a request for something below an object does.
    pub(super) async fn operate_below<B>(
        &self,
        method: &Method,
        call: &Call<'_>,
        below: &'static Subresource,
        body: &mut B,
    ) -> Result<Answer, Failure>
    where
        B: http_body::Body<Data = Bytes> + Send + Unpin,
    {
        let verb = match *method {
            Method::GET => "get",
            Method::POST => "create",
            Method::PUT => "update",
            Method::PATCH => "patch",
            _ => return Err(Failure::method_not_allowed()),
        };
        if !below.verbs.contains(&verb) {
            return Err(Failure::method_not_allowed());
        }
        let what = Below::of(below).ok_or_else(Failure::no_such_resource)?;
        match verb {
            "get" => match what {
                Below::Scale => self.scale(call, below).await,
                _ => self.get(call).await,
            },
            "patch" => {
                let format = patch::Format::of(call.headers)?;
                let document = self.read(body).await?;
                match what {
                    Below::Part(part) => self.patch(call, part, format, &document),
                    Below::Scale => self.patch_scale(call, below, format, &document),
                    _ => Err(Failure::method_not_allowed()),
                }
            }
            _ => {
                let format = content_format(call.headers)?;
                let payload = Payload::new(format, self.read(body).await?);
                match what {
                    Below::Part(part) => self.update(call, part, &payload),
                    Below::Scale => self.update_scale(call, below, &payload),
                    Below::Binding => self.bind(call, &payload),
                    Below::Eviction => self.evict(call, below, &payload),
                    Below::Token => self.issue(call, below, &payload),
                }
            }
        }
    }
}
