//! Bodies: those of requests within their limit, those of responses whole or as they come to be.

use std::{
    collections::VecDeque,
    error::Error,
    fmt,
    future::poll_fn,
    io,
    pin::{Pin, pin},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, Waker, ready},
    thread,
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use http_body::{Frame, SizeHint};
use http_body_util::{BodyExt as _, Empty};
use pintle_env::{Clock, Instant, Timer};

use super::socket::Socket;

use crate::{
    proxy::{Relayed, RequestBody, Tunnel},
    shutdown::Shutdown,
    status::Failure,
};

/// The body of a request, unless it was taken away to be sent on.
pub(super) struct Received<B>(Option<B>);

/// The body of a response.
pub(crate) struct Body {
    content: Content,
    /// What must not be dropped before the response is out: an unread rest of the request's body,
    /// without which the connection would break off the exchange.
    kept: Option<Box<dyn Send>>,
}

enum Content {
    /// Known as a whole.
    Whole(Option<Bytes>),
    /// Made while it is sent, as fast as the client takes it.
    Chunks {
        pieces: Box<dyn Iterator<Item = Bytes> + Send>,
        turns: Turns,
    },
    /// What somebody else answers, as it comes.
    Relayed(Box<Relayed>),
    /// No body at all: the connection leaves HTTP behind this response.
    Departure(Option<Box<Departure>>),
    /// Made while it is sent, as fast as there is something to send.
    Source {
        ready: VecDeque<Bytes>,
        next: Arc<Next>,
        deadline: Instant,
    },
}

/// What a connection is that has left HTTP.
#[derive(Debug)]
pub(crate) enum Departure {
    /// An end of a tunnel.
    Tunnel(Tunnel),
    /// A watch over WebSocket.
    Socket(Socket),
}

/// Says that a body ends before it is complete. Whoever sends it breaks its connection off, so that
/// nobody takes it for complete.
#[derive(Debug)]
pub(crate) struct Broken;

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("whoever answered broke off")
    }
}

impl Error for Broken {}

/// What a source brings forth next; nothing once it has ended.
struct Next(Mutex<Pulling>);

struct Pulling {
    pull: Option<Pull>,
    /// Who waits for it.
    asker: Waker,
}

/// The end of a body whose client may no longer take anything, in which case the body is never asked
/// and does not find out by itself that its time is over.
pub(crate) struct Expiry {
    next: Weak<Next>,
    deadline: Instant,
}

/// Something that brings forth data for as long as it lasts.
pub(crate) trait Source: Send + 'static {
    /// The next data, which may be none yet; nothing at the end.
    fn next(&mut self) -> impl Future<Output = Option<Vec<Bytes>>> + Send;
}

type Pull = Pin<Box<dyn Future<Output = Option<(Vec<Bytes>, Resume)>> + Send>>;

/// A source that waits for the body to be asked for more.
struct Resume(Box<dyn FnOnce() -> Pull + Send>);

/// Counts the requests that have come to a server.
pub(super) type Arrivals = Arc<AtomicU64>;

/// Whose turn it is while a body is made. To make a piece takes a while, and a client that is fast takes one after
/// the other: who asks for less does not wait for all of them.
#[derive(Default)]
struct Turns {
    /// Whether a piece was made since others last had their turn.
    tired: bool,
    arrivals: Option<Arrivals>,
    /// How many had come when others last had their turn.
    seen: u64,
    /// For how many pieces more somebody else is taken to ask for something too.
    company: u32,
}

/// Who asks for one thing after the other asks at least once in the time of so many pieces, waits for a
/// processor included.
const COMPANY: u32 = 16;

/// As short as can be, which Linux makes some fifty microseconds of.
const MOMENT: Duration = Duration::from_micros(1);

impl Turns {
    /// Whether the runtime is to look at what else there is before the next piece.
    fn give_way(&mut self) -> bool {
        self.tired = !self.tired;
        if self.tired {
            return false;
        }
        let arrivals = self.arrivals.as_ref();
        let arrived = arrivals.map_or(0, |arrivals| arrivals.load(Ordering::Relaxed));
        if arrived != self.seen {
            self.seen = arrived;
            self.company = COMPANY;
        }
        if self.company > 0 {
            self.company -= 1;
            // Where all processors have something to do, the kernel lets whoever has woken wait until this
            // thread has had its time, which is that of forty pieces. To sleep ends that. To yield does,
            // too, but is paid for with all of that time, and beside a compiler a list would take for ever.
            thread::sleep(MOMENT);
        }
        true
    }
}

impl<B> Received<B> {
    /// The body of a request.
    pub(super) fn new(body: B) -> Self {
        Self(Some(body))
    }

    /// The body, to be sent on. What is left is empty.
    pub(super) fn take(&mut self) -> RequestBody
    where
        B: http_body::Body<Data = Bytes, Error: Error + Send + Sync> + Send + 'static,
    {
        match self.0.take() {
            Some(body) => body.map_err(io::Error::other).boxed_unsync(),
            None => Empty::new().map_err(|never| match never {}).boxed_unsync(),
        }
    }
}

impl<B: http_body::Body + Unpin> http_body::Body for Received<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        match &mut self.0 {
            Some(body) => Pin::new(body).poll_frame(cx),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.0.as_ref().is_none_or(http_body::Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        let hint = self.0.as_ref().map(http_body::Body::size_hint);
        hint.unwrap_or_else(|| SizeHint::with_exact(0))
    }
}

impl Body {
    /// A body that is known as a whole.
    pub(crate) fn whole(data: impl Into<Bytes>) -> Self {
        Self::of(Content::Whole(Some(data.into())))
    }

    /// A body in pieces. If there is just one, its length is told in advance.
    pub(crate) fn chunks(mut chunks: impl Iterator<Item = Bytes> + Send + 'static) -> Self {
        match (chunks.next(), chunks.next()) {
            (None, _) => Self::whole(Bytes::new()),
            (Some(only), None) => Self::whole(only),
            (Some(first), Some(second)) => {
                let chunks = [first, second].into_iter().chain(chunks);
                Self::of(Content::Chunks {
                    pieces: Box::new(chunks),
                    turns: Turns::default(),
                })
            }
        }
    }

    /// The pieces of the body, if they are more than so many bytes together; else the body. What is
    /// made while there is something to send is given back as it is.
    pub(super) fn exceeds(
        self,
        limit: usize,
    ) -> Result<Box<dyn Iterator<Item = Bytes> + Send>, Self> {
        match self.content {
            Content::Whole(Some(data)) if data.len() > limit => Ok(Box::new([data].into_iter())),
            Content::Chunks { mut pieces, .. } => {
                let (mut begun, mut length) = (Vec::new(), 0);
                while length <= limit {
                    let Some(chunk) = pieces.next() else {
                        return Err(Self::chunks(begun.into_iter()));
                    };
                    length += chunk.len();
                    begun.push(chunk);
                }
                Ok(Box::new(begun.into_iter().chain(pieces)))
            }
            content => Err(Self { content, ..self }),
        }
    }

    /// A body that lasts as long as its source, which ends by itself at `deadline` if it is asked.
    pub(crate) fn source(source: impl Source, deadline: Instant) -> Self {
        Self::of(Content::Source {
            ready: VecDeque::new(),
            next: Arc::new(Next(Mutex::new(Pulling {
                pull: Some(pull(source)),
                asker: Waker::noop().clone(),
            }))),
            deadline,
        })
    }

    /// What somebody else answers.
    pub(crate) fn relayed(answer: Relayed) -> Self {
        Self::of(Content::Relayed(Box::new(answer)))
    }

    /// No body, in a response after which the client's connection goes on as one end of a tunnel.
    pub(crate) fn tunnel(tunnel: Tunnel) -> Self {
        let tunnel = Departure::Tunnel(tunnel);
        Self::of(Content::Departure(Some(Box::new(tunnel))))
    }

    /// No body, in a response after which a watch goes on over the client's connection.
    pub(super) fn socket(socket: Socket) -> Self {
        let socket = Departure::Socket(socket);
        Self::of(Content::Departure(Some(Box::new(socket))))
    }

    /// What the client's connection is to be; the body does not keep it.
    pub(crate) fn take_departure(&mut self) -> Option<Departure> {
        match &mut self.content {
            Content::Departure(departure) => departure.take().map(|departure| *departure),
            _ => None,
        }
    }

    /// The next piece that a source has brought forth, as it is. Sent as a body, several may go as one.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost.
    pub(super) async fn piece(&mut self) -> Option<Bytes> {
        let Content::Source { ready, next, .. } = &mut self.content else {
            return None;
        };
        poll_fn(|cx| next.poll_ready(ready, cx)).await;
        ready.pop_front()
    }

    /// When the body ends by itself, if time ends it.
    pub(super) fn deadline(&self) -> Option<Instant> {
        match &self.content {
            Content::Source { deadline, .. } => Some(*deadline),
            _ => None,
        }
    }

    /// What ends the body from outside, if time does.
    pub(crate) fn expiry(&self) -> Option<Expiry> {
        match &self.content {
            Content::Source { next, deadline, .. } => Some(Expiry {
                next: Arc::downgrade(next),
                deadline: *deadline,
            }),
            _ => None,
        }
    }

    /// The same body, which while it is made gives way to requests that come.
    pub(super) fn giving_way(mut self, to: &Arrivals) -> Self {
        if let Content::Chunks { turns, .. } = &mut self.content {
            turns.arrivals = Some(to.clone());
            turns.seen = to.load(Ordering::Relaxed);
        }
        self
    }

    /// The same body, which keeps something too for as long as it lasts.
    pub(crate) fn keeping(mut self, kept: impl Send + 'static) -> Self {
        self.kept = Some(match self.kept.take() {
            Some(before) => Box::new((before, kept)),
            None => Box::new(kept),
        });
        self
    }

    /// The length of the body, if it is known.
    pub(crate) fn known_length(&self) -> Option<usize> {
        match &self.content {
            Content::Whole(data) => Some(data.as_ref().map_or(0, Bytes::len)),
            Content::Departure(_) => Some(0),
            Content::Chunks { .. } | Content::Relayed(_) | Content::Source { .. } => None,
        }
    }

    fn of(content: Content) -> Self {
        Self {
            content,
            kept: None,
        }
    }
}

impl Departure {
    /// Goes on until it is over, or the server ends.
    ///
    /// # Cancel safety
    ///
    /// Dropping this closes the connection.
    pub(crate) async fn run(self, clock: &dyn Clock, timer: &dyn Timer, shutdown: Shutdown) {
        match self {
            Self::Tunnel(tunnel) => tunnel.run(clock, timer, shutdown).await,
            Self::Socket(socket) => socket.run(clock, timer, shutdown).await,
        }
    }
}

impl Expiry {
    /// Ends the body if its time is over, and says whether it is still to be ended.
    pub(crate) fn is_pending(&self, now: Instant) -> bool {
        if now < self.deadline {
            return self.is_watched();
        }
        self.end();
        false
    }

    /// Whether the body is still being sent.
    pub(crate) fn is_watched(&self) -> bool {
        self.next.strong_count() > 0
    }

    /// Ends the body.
    pub(crate) fn end(&self) {
        let Some(next) = self.next.upgrade() else {
            return;
        };
        let (ended, asker) = {
            let mut next = next.lock();
            (next.pull.take(), next.asker.clone())
        };
        // With the source go the wakes that it waited for.
        drop(ended);
        asker.wake();
    }
}

impl fmt::Debug for Expiry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Expiry")
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}

/// What is ready, as one piece if it is small: a piece costs whoever sends it more than to copy it.
fn together(ready: &mut VecDeque<Bytes>) -> Option<Bytes> {
    let mut length = 0;
    let fits = |piece: &&Bytes| {
        let together = length + piece.len();
        let fits = together <= TOGETHER_MAX;
        if fits {
            length = together;
        }
        fits
    };
    let count = ready.iter().take_while(fits).count();
    if count < 2 {
        return ready.pop_front();
    }
    let mut data = BytesMut::with_capacity(length);
    ready
        .drain(..count)
        .for_each(|piece| data.extend_from_slice(&piece));
    Some(data.freeze())
}

impl Next {
    /// Waits until something is ready, or there is nothing more.
    fn poll_ready(&self, ready: &mut VecDeque<Bytes>, cx: &mut Context<'_>) -> Poll<()> {
        while ready.is_empty() {
            let mut next = self.lock();
            let Some(pull) = next.pull.as_mut() else {
                break;
            };
            match pull.as_mut().poll(cx) {
                Poll::Ready(Some((data, resume))) => {
                    ready.extend(data);
                    next.pull = Some(resume.0());
                }
                Poll::Ready(None) => next.pull = None,
                Poll::Pending => {
                    next.asker.clone_from(cx.waker());
                    return Poll::Pending;
                }
            }
        }
        Poll::Ready(())
    }

    fn lock(&self) -> MutexGuard<'_, Pulling> {
        // A source that panicked is not asked again.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        let data = match &mut self.content {
            Content::Whole(data) => data.take().filter(|data| !data.is_empty()),
            Content::Chunks { pieces, turns } => {
                if turns.give_way() {
                    // It goes on by itself once the runtime has looked at what else there is; were it woken
                    // instead, each piece would wake a thread that sleeps.
                    _ = pin!(tokio::task::yield_now()).poll(cx);
                    return Poll::Pending;
                }
                pieces.next()
            }
            Content::Relayed(answer) => {
                let frame = Pin::new(answer).poll_frame(cx);
                return frame.map(|frame| frame.map(|frame| frame.map_err(|_| Broken)));
            }
            Content::Departure(_) => None,
            Content::Source { ready, next, .. } => {
                ready!(next.poll_ready(ready, cx));
                together(ready)
            }
        };
        Poll::Ready(data.map(|data| Ok(Frame::data(data))))
    }

    fn is_end_stream(&self) -> bool {
        match &self.content {
            Content::Whole(data) => data.as_ref().is_none_or(Bytes::is_empty),
            Content::Chunks { .. } => false,
            Content::Relayed(answer) => answer.is_end_stream(),
            Content::Departure(_) => true,
            Content::Source { ready, next, .. } => ready.is_empty() && next.lock().pull.is_none(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match (&self.content, self.known_length()) {
            (Content::Relayed(answer), _) => answer.size_hint(),
            (_, Some(length)) => SizeHint::with_exact(length as u64),
            (_, None) => SizeHint::default(),
        }
    }
}

/// Reads the body of a request, up to [`BODY_MAX`].
pub(super) async fn read<B>(body: &mut B) -> Result<Bytes, Failure>
where
    B: http_body::Body<Data = Bytes> + Unpin,
{
    // Most bodies come in one piece and are not copied.
    let (mut first, mut rest) = (Bytes::new(), BytesMut::new());
    let mut length = 0;
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else {
            // The client is gone or broke the protocol; nobody reads the answer.
            return Err(Failure::bad_request("the body of the request ended early"));
        };
        let Ok(data) = frame.into_data() else {
            continue;
        };
        length += data.len();
        match length {
            // Many clients read no answer while they send, so a body that is not much too large is
            // taken to its end.
            DRAINED_MAX.. => break,
            _ if length > BODY_MAX => {}
            _ if first.is_empty() => first = data,
            _ => {
                if rest.is_empty() {
                    rest.extend_from_slice(&first);
                }
                rest.extend_from_slice(&data);
            }
        }
    }
    if length > BODY_MAX {
        return Err(Failure::too_large(BODY_MAX));
    }
    Ok(if rest.is_empty() {
        first
    } else {
        rest.freeze()
    })
}

fn pull(mut source: impl Source) -> Pull {
    Box::pin(async move {
        let data = source.next().await?;
        Some((data, Resume(Box::new(move || pull(source)))))
    })
}

/// As kube-apiserver: 3 MiB.
const BODY_MAX: usize = 3 << 20;
const DRAINED_MAX: usize = 4 * BODY_MAX;
/// About what goes into a record of TLS.
const TOGETHER_MAX: usize = 16 << 10;
