//! [`Pods`], as they were encoded, and where in the bytes stands what differs from copy to copy and from event
//! to event.

use std::path::Path;

use bench_cache_harness::{Digest, Facts};
use bench_harness::{Failure, LABEL, Set};
use serde_json::Value;

use crate::out::Out;

pub(crate) struct Pods {
    pub(crate) json: Form,
    pub(crate) protobuf: Form,
    facts: Vec<Known>,
    /// All pods in the order in which a server lists them.
    pub(crate) listed: Vec<Listed>,
}

/// One format.
pub(crate) struct Form {
    plain: Vec<Encoded>,
    /// Each with a label and a message changed.
    edited: Vec<Encoded>,
    /// How long each is, plain and edited: of all pods they are asked for at once.
    lengths: Vec<[u32; 2]>,
}

/// A pod without a kind and an envelope, as the item of a list.
struct Encoded {
    bytes: Box<[u8]>,
    namespace: usize,
    uid: usize,
    version: usize,
}

/// A pod of a list.
#[derive(Clone, Copy)]
pub(crate) struct Listed {
    pub(crate) pod: u32,
    /// 0 is the original.
    pub(crate) copy: u32,
}

/// The state of a pod.
#[derive(Clone, Copy)]
pub(crate) struct PodState {
    pub(crate) version: u32,
    pub(crate) is_edited: bool,
}

/// What is known of a pod beside its bytes.
struct Known {
    namespace: String,
    name: String,
    uid: String,
    node: String,
    version: u32,
    /// The message of the first condition, before and after the edit.
    messages: [String; 2],
    /// The label that the edit sets, afterwards.
    label: String,
}

impl Pods {
    pub(crate) fn read(directory: &Path, copies: usize) -> Result<Self, Failure> {
        if copies > 250 {
            return Err("250 copies are the most".into());
        }
        let read = |name: &str| Set::read(&directory.join(name));
        let (plain, edited) = (read("pods.json")?, read("pods.edited.json")?);
        let facts = known(&plain.objects(), &edited.objects())?;
        let json = Form::of(in_json(&plain, &facts)?, in_json(&edited, &facts)?);
        let (plain, edited) = (read("pods.pb")?, read("pods.edited.pb")?);
        let protobuf = Form::of(in_protobuf(&plain, &facts)?, in_protobuf(&edited, &facts)?);
        let mut listed = Vec::new();
        let mut order: Vec<u32> = (0..facts.len() as u32).collect();
        // The first two letters of a copy's namespace are its number, so that copies come first.
        order.sort_by_key(|&at| {
            let known = &facts[at as usize];
            (&known.namespace[PREFIX..], &known.name)
        });
        for copy in 1..copies as u32 {
            listed.extend(order.iter().map(|&pod| Listed { pod, copy }));
        }
        listed.extend((0..facts.len() as u32).map(|pod| Listed { pod, copy: 0 }));
        Ok(Self {
            json,
            protobuf,
            facts,
            listed,
        })
    }

    /// What a pod was when it was generated.
    pub(crate) fn first_states(&self) -> Vec<PodState> {
        let state = |known: &Known| PodState {
            version: known.version,
            is_edited: false,
        };
        self.facts.iter().map(state).collect()
    }

    pub(crate) fn form(&self, is_protobuf: bool) -> &Form {
        match is_protobuf {
            true => &self.protobuf,
            false => &self.json,
        }
    }

    /// What all pods are together.
    pub(crate) fn digest(&self, states: &[PodState]) -> Digest {
        let mut digest = Digest::default();
        for listed in &self.listed {
            let known = &self.facts[listed.pod as usize];
            let (mut namespace, mut uid) = (known.namespace.clone(), known.uid.clone());
            let state = listed.state(states);
            if let Some(marks) = listed.marks() {
                namespace.replace_range(..PREFIX, &marks.namespace);
                uid.replace_range(..PREFIX, &marks.uid);
            }
            let version = state.map_or(known.version, |state| state.version);
            let is_edited = state.is_some_and(|state| state.is_edited);
            digest.add(&Facts {
                namespace: &namespace,
                name: &known.name,
                uid: &uid,
                resource_version: &version.to_string(),
                label: if is_edited { &known.label } else { "" },
                node: &known.node,
                message: &known.messages[usize::from(is_edited)],
            });
        }
        digest
    }
}

/// How the number of a copy is written.
struct Marks {
    namespace: String,
    uid: String,
}

impl Listed {
    /// The state of the pod, if it is one that changes.
    pub(crate) fn state(self, states: &[PodState]) -> Option<PodState> {
        (self.copy == 0).then(|| states[self.pod as usize])
    }

    fn marks(self) -> Option<Marks> {
        let copy = self.copy;
        (copy > 0).then(|| Marks {
            // No namespace of an original begins with a digit.
            namespace: format!("{}{}", copy / 26, char::from(b'a' + (copy % 26) as u8)),
            uid: format!("{copy:02x}"),
        })
    }
}

impl Form {
    fn of(plain: Vec<Encoded>, edited: Vec<Encoded>) -> Self {
        let both = plain.iter().zip(&edited);
        let lengths = both.map(|(plain, edited)| [plain, edited].map(|it| it.bytes.len() as u32));
        Self {
            lengths: lengths.collect(),
            plain,
            edited,
        }
    }

    /// The length of a pod.
    pub(crate) fn length(&self, listed: Listed, state: Option<PodState>) -> usize {
        let is_edited = state.is_some_and(|state| state.is_edited);
        self.lengths[listed.pod as usize][usize::from(is_edited)] as usize
    }

    /// Writes a pod without its first `skipped` bytes.
    pub(crate) fn append<'a>(
        &'a self,
        listed: Listed,
        state: Option<PodState>,
        skipped: usize,
        out: &mut Out<'a>,
    ) {
        let encoded = self.encoded(listed, state);
        let mut at = skipped;
        // In the order in which they stand, which is that of the fields in metadata.
        if let Some(Marks { namespace, uid }) = listed.marks() {
            for (start, text) in [(encoded.namespace, namespace), (encoded.uid, uid)] {
                out.lend(&encoded.bytes[at..start]);
                out.put(text.as_bytes());
                at = start + text.len();
            }
        }
        if let Some(PodState { version, .. }) = state {
            out.lend(&encoded.bytes[at..encoded.version]);
            out.put_fmt(format_args!("{version}"));
            at = encoded.version + VERSION;
        }
        out.lend(&encoded.bytes[at..]);
    }

    fn encoded(&self, listed: Listed, state: Option<PodState>) -> &Encoded {
        let is_edited = state.is_some_and(|state| state.is_edited);
        let set = if is_edited { &self.edited } else { &self.plain };
        &set[listed.pod as usize]
    }
}

fn known(plain: &[&[u8]], edited: &[&[u8]]) -> Result<Vec<Known>, Failure> {
    let mut all = Vec::with_capacity(plain.len());
    for (plain, edited) in plain.iter().zip(edited) {
        let plain: Value = serde_json::from_slice(plain)?;
        let edited: Value = serde_json::from_slice(edited)?;
        let text = |pod: &Value, pointer: &str| {
            let found = pod.pointer(pointer).and_then(Value::as_str);
            found.unwrap_or_default().to_owned()
        };
        let version = text(&plain, "/metadata/resourceVersion");
        if version.len() != VERSION || text(&plain, "/metadata/namespace").len() <= PREFIX {
            return Err("a pod's version has no 8 digits, or its namespace is too short".into());
        }
        let message = "/status/conditions/0/message";
        all.push(Known {
            namespace: text(&plain, "/metadata/namespace"),
            name: text(&plain, "/metadata/name"),
            uid: text(&plain, "/metadata/uid"),
            node: text(&plain, "/spec/nodeName"),
            version: version.parse()?,
            messages: [text(&plain, message), text(&edited, message)],
            label: {
                let labels = edited.pointer("/metadata/labels");
                let label = labels.and_then(|labels| labels.get(LABEL)?.as_str());
                label.ok_or("an edited pod has no label")?.to_owned()
            },
        });
    }
    Ok(all)
}

fn in_json(set: &Set, facts: &[Known]) -> Result<Vec<Encoded>, Failure> {
    let encode = |(bytes, known): (&&[u8], &Known)| {
        // A list does not say of each item what it is.
        let rest = bytes
            .strip_prefix(KIND.as_bytes())
            .ok_or("a pod without a kind")?;
        let bytes: Box<[u8]> = [b"{", rest].concat().into();
        let of = |field: &str, value: &str| {
            let text = format!("\"{field}\":\"{value}\"");
            let at = find(&bytes, text.as_bytes()).ok_or("a pod without a key")?;
            Ok::<usize, Failure>(at + field.len() + 4)
        };
        let (namespace, uid) = (of("namespace", &known.namespace)?, of("uid", &known.uid)?);
        let version = of("resourceVersion", &known.version.to_string())?;
        Ok(Encoded {
            bytes,
            namespace,
            uid,
            version,
        })
    };
    set.objects().iter().zip(facts).map(encode).collect()
}

fn in_protobuf(set: &Set, facts: &[Known]) -> Result<Vec<Encoded>, Failure> {
    let encode = |(bytes, known): (&&[u8], &Known)| {
        let of = |number: u8, value: &str| {
            // In the metadata, which come first: field 1 of the pod.
            let field = [&[number << 3 | 2, value.len() as u8], value.as_bytes()].concat();
            let at = find(bytes, &field).ok_or("a pod without a key")?;
            Ok::<usize, Failure>(at + 2)
        };
        Ok(Encoded {
            namespace: of(3, &known.namespace)?,
            uid: of(5, &known.uid)?,
            version: of(6, &known.version.to_string())?,
            bytes: (*bytes).into(),
        })
    };
    set.objects().iter().zip(facts).map(encode).collect()
}

fn find(bytes: &[u8], sought: &[u8]) -> Option<usize> {
    bytes
        .windows(sought.len())
        .position(|window| window == sought)
}

/// What stands before a pod's metadata in JSON where its kind is said.
pub(crate) const KIND: &str = r#"{"kind":"Pod","apiVersion":"v1","#;
/// So many letters of a namespace and of a uid are a copy's number.
const PREFIX: usize = 2;
/// The digits of all resource versions.
const VERSION: usize = 8;
