//! [`Fence`], which lets writes fail that come after another has become the leader.
//!
//! Invariant: of the writes of one object that carry fences of one lease, none is accepted after one of
//! a later leader.

use std::error::Error as StdError;
use std::fmt;

use pintle_client::{Api, Error, Holds, JsonPatch};
use pintle_meta::Object;
use pintle_meta::v1::{ObjectMeta, PatchOptions};

/// Who leads, and for the how manieth time the lease has changed hands: a precondition for writes.
///
/// A replica that was stopped, or cut off, may send a write that it began as the leader when another
/// has long been the leader. No clock can prevent that; the API server can, if the write says when it
/// is stale:
///
/// - [`Fence::edit`] and [`Fence::stamp`] leave the leader's number in an annotation of the object that
///   they write, refuse an object with a higher one, and write only the version that they looked at. A
///   new leader that wants to be sure of an object [stamps](Fence::edit) it before it relies on it:
///   from then on, no earlier leader's write to it is accepted.
/// - [`Fence::precondition`] is for what is kept in the Lease itself: the API server tests holder and
///   transitions together with the write.
///
/// A lease that is deleted and made anew begins to count anew, and fences before and after it do not
/// know each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fence {
    annotation: String,
    uid: String,
    holder: String,
    transitions: i32,
}

/// A write was refused, since a later leader has written the object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stale {
    ours: i32,
    theirs: i32,
    holder: String,
}

impl Fence {
    pub(crate) fn new(
        namespace: &str,
        name: &str,
        uid: &str,
        holder: &str,
        transitions: i32,
    ) -> Self {
        Self {
            annotation: annotation(namespace, name),
            uid: uid.to_owned(),
            holder: holder.to_owned(),
            transitions,
        }
    }

    /// Who holds the lease.
    pub fn holder(&self) -> &str {
        &self.holder
    }

    /// How often the lease had changed hands when it got it.
    pub fn transitions(&self) -> i32 {
        self.transitions
    }

    /// The annotation in which the objects that it wrote carry it.
    pub fn annotation(&self) -> &str {
        &self.annotation
    }

    /// Leaves the fence in the metadata of an object that is to be written.
    ///
    /// The object must be written with the resource version with which it was read (which an update
    /// does, and a creation need not), so that nobody's write comes in between.
    ///
    /// # Errors
    ///
    /// When a later leader has left its own; the object is not to be written then.
    pub fn stamp(&self, metadata: &mut ObjectMeta) -> Result<(), Stale> {
        if let Some(stamp) = metadata.annotations.get(&self.annotation) {
            self.check(stamp)?;
        }
        let stamp = format!("{}/{}/{}", self.transitions, self.uid, self.holder);
        metadata
            .annotations
            .insert(self.annotation.as_str(), stamp.into());
        Ok(())
    }

    /// Changes an object as [`Api::edit`] does, under the fence: it is read, stamped, changed, and
    /// written if nobody has written it meanwhile; else all that again.
    ///
    /// # Cancel safety
    /// When the future is dropped, the change may have been made.
    ///
    /// # Errors
    /// `Ok(Err(stale))` when a later leader has written the object, which is left as it is; else as
    /// [`Api::edit`].
    pub async fn edit<K: Object, P: Holds>(
        &self,
        api: &Api<K, P>,
        name: &str,
        options: &PatchOptions,
        metadata: impl Fn(&mut K) -> &mut ObjectMeta + Send,
        mut change: impl FnMut(&mut K) + Send,
    ) -> Result<Result<K, Stale>, Error> {
        let mut stale = None;
        let edited = api.edit(name, options, |object| {
            stale = self.stamp(metadata(object)).err();
            if stale.is_none() {
                change(object);
            }
        });
        let edited = edited.await?;
        Ok(stale.map_or(Ok(edited), Err))
    }

    /// A JSON patch of the Lease that fails unless the lease is still held as it was; what is to be
    /// changed is added to it.
    pub fn precondition(&self) -> JsonPatch {
        JsonPatch::new()
            .test("/metadata/uid", self.uid.as_str())
            .test("/spec/holderIdentity", self.holder.as_str())
            .test("/spec/leaseTransitions", i64::from(self.transitions))
    }

    fn check(&self, stamp: &str) -> Result<(), Stale> {
        let mut parts = stamp.splitn(3, '/');
        let (transitions, uid, holder) = (parts.next(), parts.next(), parts.next());
        let transitions = transitions.and_then(|text| text.parse::<i32>().ok());
        let (Some(theirs), Some(uid), Some(holder)) = (transitions, uid, holder) else {
            // Nobody's fence looks like this.
            return Ok(());
        };
        let later =
            theirs > self.transitions || theirs == self.transitions && holder != self.holder;
        if uid == self.uid && later {
            return Err(Stale {
                ours: self.transitions,
                theirs,
                holder: holder.to_owned(),
            });
        }
        Ok(())
    }
}

impl fmt::Display for Stale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} has written the object as leader {}, after leader {}",
            self.holder, self.theirs, self.ours
        )
    }
}

impl StdError for Stale {}

/// The annotation of a lease: names of 63 characters at most, as annotations have them.
fn annotation(namespace: &str, name: &str) -> String {
    let name = format!("{namespace}.{name}");
    if name.len() <= LONGEST {
        return format!("{PREFIX}{name}");
    }
    // What is cut off is told apart by a hash (FNV-1a).
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let start: String = name.chars().take(LONGEST - 17).collect();
    format!("{PREFIX}{start}-{hash:016x}")
}

const PREFIX: &str = "fence.pintle.dev/";
const LONGEST: usize = 63;

#[cfg(test)]
mod tests {
    use pintle_client::Patch;

    use super::*;

    fn fence(transitions: i32, holder: &str, uid: &str) -> Fence {
        Fence::new("kube-system", "lock", uid, holder, transitions)
    }

    // claims: leader.fence
    #[test]
    fn an_object_that_a_later_leader_has_written_is_refused() {
        let mut object = ObjectMeta::default();
        fence(3, "a", "u").stamp(&mut object).unwrap();
        fence(3, "a", "u").stamp(&mut object).unwrap();
        fence(5, "b/c", "u").stamp(&mut object).unwrap();
        let stamped = object.annotations.get("fence.pintle.dev/kube-system.lock");
        assert_eq!(stamped.unwrap().as_str(), "5/u/b/c");
        let stale = fence(3, "a", "u").stamp(&mut object).unwrap_err();
        let message = "b/c has written the object as leader 5, after leader 3";
        assert_eq!(stale.to_string(), message);
        assert!(
            fence(5, "a", "u").stamp(&mut object).is_err(),
            "there was one 5th"
        );
        assert_eq!(object.annotations.len(), 1);
    }

    #[test]
    fn a_fence_says_who_leads_for_the_how_manieth_time_and_where_it_is_left() {
        let fence = fence(3, "a", "u");
        assert_eq!((fence.holder(), fence.transitions()), ("a", 3));
        assert_eq!(fence.annotation(), "fence.pintle.dev/kube-system.lock");
    }

    #[test]
    fn fences_of_another_lease_and_nonsense_say_nothing() {
        let mut object = ObjectMeta::default();
        fence(5, "a", "old").stamp(&mut object).unwrap();
        fence(1, "b", "new").stamp(&mut object).unwrap();
        let annotation = fence(0, "", "").annotation().to_owned();
        for nonsense in ["", "7", "7/u", "x/u/a"] {
            object
                .annotations
                .insert(annotation.as_str(), nonsense.into());
            assert!(fence(1, "b", "u").stamp(&mut object).is_ok(), "{nonsense}");
        }
        let mut other = ObjectMeta::default();
        Fence::new("x", "y", "u", "z", 9).stamp(&mut other).unwrap();
        fence(1, "b", "u").stamp(&mut other).unwrap();
        assert_eq!(other.annotations.len(), 2);
    }

    #[test]
    fn annotations_have_names_that_annotations_may_have() {
        let long = "l".repeat(200);
        let (a, b) = (
            annotation("ns", &(long.clone() + "a")),
            annotation("ns", &(long + "b")),
        );
        assert_ne!(a, b);
        assert_eq!(a.len() - PREFIX.len(), 63);
    }

    // Replicas of different versions must find each other's.
    #[test]
    fn a_long_name_is_cut_and_told_apart_by_its_hash() {
        let cut = format!("ns.{}-c3d8427b1753da38", "l".repeat(43));
        assert_eq!(annotation("ns", &"l".repeat(200)), format!("{PREFIX}{cut}"));
        let fits = "l".repeat(60);
        assert_eq!(annotation("ns", &fits), format!("{PREFIX}ns.{fits}"));
    }

    // claims: leader.fence
    #[test]
    fn what_is_written_to_the_lease_itself_depends_on_who_holds_it() {
        let patch = Patch::json(fence(3, "a", "u").precondition());
        let expected = r#"[{"op":"test","path":"/metadata/uid","value":"u"},{"op":"test","path":"/spec/holderIdentity","value":"a"},{"op":"test","path":"/spec/leaseTransitions","value":3}]"#;
        assert_eq!(str::from_utf8(patch.body()).unwrap(), expected);
    }
}
