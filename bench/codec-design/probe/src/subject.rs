//! The alternatives behind one face.

use std::error::Error;
use std::hint::black_box;
use std::mem;

use serde_json::Value;

use crate::allocator;

type Outcome = Result<(), Box<dyn Error>>;

pub(crate) const SUBJECTS: &[&dyn Subject] = &[
    #[cfg(feature = "interpreted")]
    &Codecs {
        name: "interpreted",
        from_json: types_interpreted::from_json,
        to_json: types_interpreted::to_json,
        from_protobuf: Some(types_interpreted::from_protobuf),
    },
    #[cfg(feature = "plain")]
    &Codecs {
        name: "plain",
        from_json: types_plain::from_json,
        to_json: types_plain::to_json,
        from_protobuf: None,
    },
    #[cfg(feature = "tuned")]
    &Codecs {
        name: "tuned",
        from_json: types_tuned::from_json,
        to_json: types_tuned::to_json,
        from_protobuf: Some(types_tuned::from_protobuf),
    },
    #[cfg(feature = "direct")]
    &Codecs {
        name: "direct",
        from_json: types_direct::from_json,
        to_json: types_direct::to_json,
        from_protobuf: Some(types_direct::from_protobuf),
    },
    #[cfg(feature = "derived")]
    &Codecs {
        name: "derived",
        from_json: types_derived::from_json,
        to_json: types_derived::to_json,
        from_protobuf: None,
    },
];

pub(crate) fn named(name: &str) -> Result<&'static dyn Subject, String> {
    SUBJECTS
        .iter()
        .copied()
        .find(|subject| subject.name() == name)
        .ok_or_else(|| format!("no alternative is called {name}"))
}

pub(crate) struct Inputs {
    json: Vec<u8>,
    protobuf: Vec<u8>,
}

impl Inputs {
    pub(crate) fn load() -> Result<Self, Box<dyn Error>> {
        let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        Ok(Inputs {
            json: std::fs::read(here.join("reference-pod.json"))?,
            protobuf: std::fs::read(here.join("reference-pod.pb"))?,
        })
    }
}

pub(crate) trait Subject: Sync {
    fn name(&self) -> &'static str;
    /// Does one operation so many times; what it decodes is kept until the end.
    fn run(&self, operation: &str, times: usize, inputs: &Inputs) -> Outcome;
    /// Prints allocations, reallocations and live bytes of one decode of each kind.
    fn memory(&self, inputs: &Inputs) -> Outcome;
    /// Decodes and encodes, and compares with the input as a JSON value.
    fn check(&self, inputs: &Inputs) -> Outcome;
}

type Decode<P> = fn(&[u8]) -> Option<Box<P>>;

struct Codecs<P> {
    name: &'static str,
    from_json: Decode<P>,
    to_json: fn(&P) -> Vec<u8>,
    from_protobuf: Option<Decode<P>>,
}

impl<P: PartialEq> Subject for Codecs<P> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn run(&self, operation: &str, times: usize, inputs: &Inputs) -> Outcome {
        let decode_json = || (self.from_json)(black_box(&inputs.json)).ok_or("JSON was refused");
        match (operation, self.from_protobuf) {
            ("json-decode", _) => {
                for _ in 0..times {
                    mem::forget(decode_json()?);
                }
            }
            ("json-decode-and-drop", _) => {
                for _ in 0..times {
                    decode_json()?;
                }
            }
            ("json-encode", _) => {
                let pod = decode_json()?;
                for _ in 0..times {
                    mem::forget((self.to_json)(black_box(&pod)));
                }
            }
            ("protobuf-decode", Some(decode)) => {
                for _ in 0..times {
                    mem::forget(decode(black_box(&inputs.protobuf)).ok_or("protobuf was refused")?);
                }
            }
            _ => return Err(format!("{} has no {operation}", self.name).into()),
        }
        Ok(())
    }

    fn memory(&self, inputs: &Inputs) -> Outcome {
        let json = (self.from_json, &inputs.json, "json");
        let protobuf = self
            .from_protobuf
            .map(|decode| (decode, &inputs.protobuf, "protobuf"));
        for (decode, bytes, format) in [Some(json), protobuf].into_iter().flatten() {
            let before = allocator::counts();
            let pod = decode(bytes).ok_or("refused")?;
            let after = allocator::counts();
            drop(pod);
            println!(
                "{} {format} {} {} {}",
                self.name,
                after.allocations - before.allocations,
                after.reallocations - before.reallocations,
                after.live_bytes - before.live_bytes,
            );
        }
        Ok(())
    }

    fn check(&self, inputs: &Inputs) -> Outcome {
        let pod = (self.from_json)(&inputs.json).ok_or("JSON was refused")?;
        let wanted: Value = serde_json::from_slice(&inputs.json)?;
        let again = |pod: &P| -> Result<Value, Box<dyn Error>> {
            let mut value: Value = serde_json::from_slice(&(self.to_json)(pod))?;
            if self.from_protobuf.is_none() {
                // serde can tag a struct with its kind, and with nothing else.
                value["apiVersion"] = wanted["apiVersion"].clone();
            }
            Ok(value)
        };
        // Indented, what is kept raw has other bytes: compare values.
        let indented = serde_json::to_vec_pretty(&wanted)?;
        let from_indented = (self.from_json)(&indented).ok_or("indented JSON was refused")?;
        for found in [again(&pod)?, again(&from_indented)?] {
            if found != wanted {
                return Err(format!(
                    "{}: what was written is not what was read:\n{found}\n{wanted}",
                    self.name
                )
                .into());
            }
        }
        for end in 0..inputs.json.trim_ascii_end().len() {
            if (self.from_json)(&inputs.json[..end]).is_some() {
                return Err(format!("{}: accepts the first {end} bytes", self.name).into());
            }
        }
        if let Some(decode) = self.from_protobuf
            && decode(&inputs.protobuf).as_ref() != Some(&pod)
        {
            return Err(format!("{}: protobuf and JSON differ", self.name).into());
        }
        println!(
            "{}: JSON, indented JSON, protobuf and back agree",
            self.name
        );
        Ok(())
    }
}
