//! Where the fuzzer begins: objects of every kind, and texts that mean something.
//!
//! A target writes its seeds when it is started with the directory for them in the environment,
//! as `cargo xtask fuzz` does.

use std::path::PathBuf;
use std::{env, fs};

use pintle_api::core::v1::Pod;
use pintle_api::scheme::{self, AnyObject};
use pintle_codec::json::{self, Reader};
use pintle_codec::{Decoder, Format, Message, Scalar, SlotMut, SlotRef, Value};

use pintle_meta::Body as _;

use crate::objects::encode;

/// Writes seeds, if somebody wants them.
pub fn write<S: AsRef<[u8]>>(seeds: impl IntoIterator<Item = S>) {
    let Some(directory) = env::var_os("PINTLE_FUZZ_SEEDS").map(PathBuf::from) else {
        return;
    };
    for (index, seed) in seeds.into_iter().enumerate() {
        let path = directory.join(format!("seed-{index}"));
        fs::write(&path, seed).unwrap_or_else(|error| panic!("write {}: {error}", path.display()));
    }
}

/// Objects of every kind in a format: one with nothing in it, and one with everything. And a pod.
pub fn objects(format: Format) -> Vec<Vec<u8>> {
    let pod = scheme::decode(POD, Format::Json, &mut Decoder::new());
    let mut seeds = vec![encode(&pod.expect("the pod is well-formed"), format)];
    for kind in scheme::kinds() {
        let mut object: AnyObject = kind.empty();
        let mut out = Vec::new();
        if object.encode(format, &mut out).is_err() {
            continue;
        }
        seeds.push(out);
        fill(object.message_mut(), DEPTH);
        seeds.push(encode(&object, format));
    }
    seeds
}

/// Lists of pods in a format, which are streams too.
pub fn lists(format: Format) -> Vec<Vec<u8>> {
    let objects = objects(format);
    objects
        .into_iter()
        .filter(|object| object.windows(4).any(|window| window == b"List"))
        .collect()
}

/// A pod with nothing in it, one with everything, and one from a cluster, as an item of a list.
pub fn pods(format: Format) -> Vec<Vec<u8>> {
    let mut full = Pod::default();
    fill(&mut full, DEPTH);
    let real = Pod::decode(POD, Format::Json, &mut Decoder::new());
    let pods = [Pod::default(), full, real.expect("the pod is well-formed")];
    let item = |pod: &Pod| {
        let mut out = Vec::new();
        let written = pod.encode_item(format, &mut out);
        written.expect("a pod has every format");
        out
    };
    pods.iter().map(item).collect()
}

/// What Go was asked about, by the records of its answers: the text that each line begins with.
pub fn asked(record: &str) -> Vec<String> {
    let text = |line: &str| match json::parse(line.as_bytes()) {
        Ok(Value::Array(row)) => row[0].as_str().map(str::to_owned),
        _ => None,
    };
    record.lines().step_by(3).filter_map(text).collect()
}

/// Fills every field of a message, down to some depth.
fn fill(message: &mut dyn Message, depth: usize) {
    for index in 0..message.table().fields().len() {
        let is_deep = matches!(message.get(index), SlotRef::Message(_)) && depth == 0;
        if !is_deep {
            fill_slot(message.slot(index), depth);
        }
    }
}

fn fill_slot(slot: SlotMut<'_>, depth: usize) {
    match slot {
        SlotMut::Str(text) => *text = "a".into(),
        SlotMut::Bool(truth) => *truth = true,
        SlotMut::I32(number) => *number = -7,
        SlotMut::I64(number) => *number = 1 << 40,
        SlotMut::F64(number) => *number = 0.5,
        SlotMut::Bytes(bytes) => *bytes = (&b"\x00\xff"[..]).into(),
        SlotMut::Scalar(scalar) => fill_scalar(scalar),
        SlotMut::Message(message) if depth > 0 => fill(message, depth - 1),
        SlotMut::List(list) if depth > 0 => {
            fill_slot(list.push(), depth - 1);
            list.settle();
        }
        SlotMut::Map(map) if depth > 0 => {
            fill_slot(map.push("a".into()), depth - 1);
            map.settle();
        }
        _ => {}
    }
}

fn fill_scalar(scalar: &mut dyn Scalar) {
    for text in SCALARS {
        if scalar.decode_json(&mut Reader::over(text)).is_ok() {
            return;
        }
    }
}

/// One of these is a value of each kind that has a form of its own.
const SCALARS: [&str; 6] = [
    r#""2024-02-29T12:00:00Z""#,
    r#""2024-02-29T12:00:00.000001Z""#,
    r#""1500m""#,
    r#""1h2m3.5s""#,
    r#"{"f:a":{}}"#,
    r#""25%""#,
];

/// As deep as most objects are; the fuzzer goes on from there.
const DEPTH: usize = 5;

const POD: &[u8] = include_bytes!("../../bench/codec-design/reference-pod.json");
