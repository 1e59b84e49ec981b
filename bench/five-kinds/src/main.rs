//! Reads an object of one of five kinds in JSON or protobuf, and writes it in the other:
//! `five-kinds KIND json|protobuf < IN > OUT`. It is there to be linked and looked at.

use std::env;
use std::error::Error;
use std::io::{self, Read as _, Write as _};

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [kind, format] = &arguments[..] else {
        return Err("which kind, and which format?".into());
    };
    let mut document = Vec::new();
    io::stdin().read_to_end(&mut document)?;
    io::stdout().write_all(&transcode(kind, format, &document)?)?;
    Ok(())
}

#[cfg(feature = "kinds")]
fn transcode(kind: &str, format: &str, document: &[u8]) -> Outcome<Vec<u8>> {
    use pintle_api::apps::v1::Deployment;
    use pintle_api::core::v1::{ConfigMap, Pod, Secret, Service};
    use pintle_codec::{Decoder, Format};
    use pintle_meta::Kind;

    fn of<K: Kind>(document: &[u8], from: Format, to: Format) -> Outcome<Vec<u8>> {
        let object = K::decode(document, from, &mut Decoder::new())?;
        let mut out = Vec::new();
        object.encode(to, &mut out)?;
        Ok(out)
    }

    let (from, to) = match format {
        "json" => (Format::Json, Format::Protobuf),
        "protobuf" => (Format::Protobuf, Format::Json),
        _ => return Err("json or protobuf".into()),
    };
    match kind {
        "ConfigMap" => of::<ConfigMap>(document, from, to),
        "Deployment" => of::<Deployment>(document, from, to),
        "Pod" => of::<Pod>(document, from, to),
        "Secret" => of::<Secret>(document, from, to),
        "Service" => of::<Service>(document, from, to),
        _ => Err("not one of the five kinds".into()),
    }
}

#[cfg(not(feature = "kinds"))]
fn transcode(_: &str, _: &str, document: &[u8]) -> Outcome<Vec<u8>> {
    Ok(document.to_vec())
}
