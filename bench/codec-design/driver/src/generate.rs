//! The generated sources: the same structs for every alternative, each with its own codecs.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::model::{Base, Omit, Shape, Struct};

/// An alternative's crate under `types/`, and its source.
pub(crate) fn all(structs: &[Struct]) -> [(&'static str, String); 5] {
    [
        ("plain", source(structs, "", plain)),
        (
            "interpreted",
            source(
                structs,
                "use design_interpret::{Element, Field, Group, Message, Omit, Slot, Table, View};\n",
                interpreted,
            ),
        ),
        (
            "tuned",
            source(
                structs,
                "use design_tuned::{Element, Field, Group, Message, Read, Sink, Source, Table};\n",
                tuned,
            ),
        ),
        (
            "direct",
            source(
                structs,
                "use design_direct::{Message, Value};\nuse design_repr::{JsonReader, JsonWriter, Malformed, ProtobufReader, Read, Wire};\n",
                direct,
            ),
        ),
        (
            "derived",
            source(structs, "use serde::{Deserialize, Serialize};\n", derived),
        ),
    ]
}

fn source(structs: &[Struct], imports: &str, codec: fn(&Struct) -> Codec) -> String {
    let mut out =
        String::from("// Generated from schema/types by bench/codec-design. Do not edit.\n\n");
    out += "#[allow(unused_imports)]\nuse design_repr::{IntOrString, List, Map, Quantity, RawJson, Str, Time};\n";
    out += imports;
    for s in structs {
        let codec = codec(s);
        let derives = codec.derives;
        let _ = write!(
            out,
            "\n#[derive(Clone, Debug, Default, PartialEq{derives})]\n{}pub struct {} {{\n",
            codec.attributes, s.name
        );
        for (at, field) in s.fields.iter().enumerate() {
            if let Some(attributes) = codec.field_attributes.get(at) {
                out += attributes;
            }
            let _ = writeln!(out, "    pub {}: {},", field.rust, field.rust_type());
        }
        out += "}\n";
        out += &codec.items;
    }
    out
}

#[derive(Default)]
struct Codec {
    derives: &'static str,
    attributes: String,
    field_attributes: Vec<String>,
    items: String,
}

fn plain(_: &Struct) -> Codec {
    Codec::default()
}

fn interpreted(s: &Struct) -> Codec {
    let name = &s.name;
    let mut o = String::new();
    let type_meta = s.kind.as_ref().map_or(String::new(), |(version, kind)| {
        format!(r#""kind":"{kind}","apiVersion":"{version}""#)
    });
    let _ = write!(
        o,
        "\nimpl Message for {name} {{\n    fn table(&self) -> &'static Table {{\n        static TABLE: Table = Table {{\n"
    );
    let _ = write!(
        o,
        "            type_meta: {type_meta:?},\n            fields: &[\n"
    );
    for f in &s.fields {
        let (json, wire) = (&f.json, f.wire());
        let key = format!(",\"{json}\":");
        let omit = omit_name(f.omit);
        let _ = writeln!(
            o,
            "                Field {{ name: {json:?}, key: {key:?}, omit: Omit::{omit}, wire: {wire} }},"
        );
    }
    let _ = writeln!(
        o,
        "            ],\n            by_number: &{:?},",
        by_number(s, None)
    );
    let groups: Vec<String> = (0..s.groups.len())
        .map(|group| format!("Group {{ by_number: &{:?} }}", by_number(s, Some(group))))
        .collect();
    let _ = write!(
        o,
        "            groups: &[{}],\n        }};\n        &TABLE\n    }}\n",
        groups.join(", ")
    );
    let accessors = [
        (
            "slot(&mut self, field: usize) -> Slot<'_>",
            "Element::slot(&mut self",
        ),
        (
            "view(&self, field: usize) -> View<'_>",
            "Element::view(&self",
        ),
    ];
    for (signature, access) in accessors {
        let _ = write!(o, "\n    fn {signature} {{\n        match field {{\n");
        for (at, f) in s.fields.iter().enumerate() {
            let _ = writeln!(o, "            {at} => {access}.{}),", f.rust);
        }
        let _ = write!(
            o,
            "            _ => unreachable!(\"a field of the table\"),\n        }}\n    }}\n"
        );
    }
    o += "}\n";
    let _ = write!(
        o,
        "\nimpl Element for {name} {{\n    fn slot(&mut self) -> Slot<'_> {{\n        Slot::Message(self)\n    }}\n\n"
    );
    let _ = write!(
        o,
        "    fn view(&self) -> View<'_> {{\n        View::Message(self)\n    }}\n}}\n"
    );
    Codec {
        items: o,
        ..Codec::default()
    }
}

fn tuned(s: &Struct) -> Codec {
    let name = &s.name;
    let mut o = String::new();
    let type_meta = s.kind.as_ref().map_or(String::new(), |(version, kind)| {
        format!(r#""kind":"{kind}","apiVersion":"{version}""#)
    });
    let _ = write!(
        o,
        "\nimpl Message for {name} {{\n    fn table(&self) -> &'static Table {{\n        static TABLE: Table = Table {{\n"
    );
    let _ = write!(
        o,
        "            type_meta: {type_meta:?},\n            fields: &[\n"
    );
    for f in &s.fields {
        let key = format!(",\"{}\":", f.json);
        let _ = writeln!(o, "                Field::new({key:?}, {}),", f.wire());
    }
    let _ = writeln!(
        o,
        "            ],\n            by_number: &{:?},",
        by_number(s, None)
    );
    let groups: Vec<String> = (0..s.groups.len())
        .map(|group| format!("Group {{ by_number: &{:?} }}", by_number(s, Some(group))))
        .collect();
    let _ = write!(
        o,
        "            groups: &[{}],\n        }};\n        &TABLE\n    }}\n",
        groups.join(", ")
    );
    let accessors = [
        (
            "fill(&mut self, field: usize, source: &mut dyn Source) -> Read<()>",
            "Element::fill(&mut self",
            "source",
        ),
        (
            "emit(&self, field: usize, sink: &mut dyn Sink)",
            "Element::emit(&self",
            "sink",
        ),
    ];
    for (signature, access, with) in accessors {
        let _ = write!(o, "\n    fn {signature} {{\n        match field {{\n");
        for (at, f) in s.fields.iter().enumerate() {
            let _ = writeln!(o, "            {at} => {access}.{}, {with}),", f.rust);
        }
        let _ = write!(
            o,
            "            _ => unreachable!(\"a field of the table\"),\n        }}\n    }}\n"
        );
    }
    assert!(
        s.fields.len() <= 64,
        "{name} has more fields than a u64 has bits"
    );
    let mut always = 0u64;
    let mut tests = String::new();
    for (at, f) in s.fields.iter().enumerate() {
        if f.omit == Omit::Never {
            always |= 1 << at;
        } else {
            let _ = writeln!(
                tests,
                "        present |= u64::from(Element::is_present(&self.{})) << {at};",
                f.rust
            );
        }
    }
    let mutable = if tests.is_empty() { "" } else { "mut " };
    let _ = write!(
        o,
        "\n    fn present(&self) -> u64 {{\n        let {mutable}present = {always:#x};\n{tests}        present\n    }}\n}}\n"
    );
    let _ = write!(
        o,
        "\nimpl Element for {name} {{\n    fn fill(&mut self, source: &mut dyn Source) -> Read<()> {{\n        source.message(self)\n    }}\n\n"
    );
    let _ = write!(
        o,
        "    fn emit(&self, sink: &mut dyn Sink) {{\n        sink.message(self);\n    }}\n}}\n"
    );
    Codec {
        items: o,
        ..Codec::default()
    }
}

fn direct(s: &Struct) -> Codec {
    let name = &s.name;
    let mut o = format!(
        "\nimpl Value for {name} {{\n    fn read_json(&mut self, reader: &mut JsonReader<'_>) -> Read<()> {{\n"
    );
    o += "        let mut more = reader.begin_object()?;\n        while more {\n            let key = reader.key()?;\n            let field = match key.len() {\n";
    let mut lengths: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, f) in s.fields.iter().enumerate() {
        lengths.entry(f.json.len()).or_default().push(at);
    }
    for (length, fields) in &lengths {
        let _ = writeln!(o, "                {length} => match key {{");
        for &at in fields {
            let _ = writeln!(o, "                    {:?} => {at},", s.fields[at].json);
        }
        o += "                    _ => usize::MAX,\n                },\n";
    }
    o += "                _ => usize::MAX,\n            };\n            if !reader.null()? {\n                match field {\n";
    for (at, f) in s.fields.iter().enumerate() {
        let _ = writeln!(
            o,
            "                    {at} => self.{}.read_json(reader)?,",
            f.rust
        );
    }
    o += "                    _ => reader.skip()?,\n                }\n            }\n            more = reader.next_member()?;\n        }\n        Ok(())\n    }\n\n";

    o += "    fn write_json(&self, writer: &mut JsonWriter) {\n        writer.byte(b'{');\n";
    if let Some((version, kind)) = &s.kind {
        let _ = writeln!(
            o,
            "        writer.literal({:?});",
            format!(r#""kind":"{kind}","apiVersion":"{version}""#)
        );
    }
    for f in &s.fields {
        let key = format!(",\"{}\":", f.json);
        let rust = &f.rust;
        let write = format!("writer.key({key:?});\n            self.{rust}.write_json(writer);\n");
        let condition = match (f.omit, &f.base) {
            (Omit::Never, _) => None,
            (Omit::Empty, Base::Leaf("Time")) if f.shape == Shape::Value => {
                Some(format!("!self.{rust}.is_zero()"))
            }
            _ => Some(format!("!Value::is_empty(&self.{rust})")),
        };
        match condition {
            Some(condition) => {
                let _ = write!(
                    o,
                    "        if {condition} {{\n            {write}        }}\n"
                );
            }
            None => {
                let _ = writeln!(
                    o,
                    "        writer.key({key:?});\n        self.{rust}.write_json(writer);"
                );
            }
        }
    }
    o += "        writer.byte(b'}');\n    }\n\n";
    o += "    fn read_protobuf(&mut self, _: Wire, reader: &mut ProtobufReader<'_>) -> Result<(), Malformed> {\n        self.merge_protobuf(reader.message()?)\n    }\n}\n";

    let _ = write!(
        o,
        "\nimpl Message for {name} {{\n    fn merge_protobuf(&mut self, mut reader: ProtobufReader<'_>) -> Result<(), Malformed> {{\n"
    );
    o += &merge_loop(s, None);
    for (group, number) in s.groups.iter().enumerate() {
        // The place of a group is a placeholder, filled by its own loop.
        let inner = merge_loop(s, Some(group));
        let tag = number << 3 | 2;
        o = o.replace(&format!("                GROUP{group}\n"), &format!("                {tag} => {{\n                    let mut reader = reader.message()?;\n{inner}                }}\n"));
    }
    o += "        Ok(())\n    }\n}\n";
    Codec {
        items: o,
        ..Codec::default()
    }
}

fn merge_loop(s: &Struct, group: Option<usize>) -> String {
    let mut o = String::from(
        "        while !reader.is_empty() {\n            let wire = reader.wire()?;\n            match wire.tag() {\n",
    );
    for f in s.fields.iter().filter(|f| f.group == group) {
        let _ = writeln!(
            o,
            "                {} => self.{}.read_protobuf(wire, &mut reader)?,",
            f.number << 3 | f.wire(),
            f.rust
        );
    }
    if group.is_none() {
        for group in 0..s.groups.len() {
            let _ = writeln!(o, "                GROUP{group}");
        }
    }
    o += "                _ => reader.skip(wire)?,\n            }\n        }\n";
    o
}

fn derived(s: &Struct) -> Codec {
    let field_attributes = s.fields.iter().map(|f| {
        let mut attribute = format!("    #[serde(rename = {:?}", f.json);
        match (f.omit, f.shape, &f.base) {
            (Omit::Never, ..) => {}
            (Omit::Absent, ..) => attribute += ", skip_serializing_if = \"Option::is_none\"",
            (Omit::Empty, Shape::List, _) => {
                attribute += ", skip_serializing_if = \"crate::is_empty_list\""
            }
            (Omit::Empty, Shape::Map, _) => {
                attribute += ", skip_serializing_if = \"Map::is_empty\""
            }
            (Omit::Empty, _, Base::Leaf("Str")) => {
                attribute += ", skip_serializing_if = \"Str::is_empty\""
            }
            (Omit::Empty, ..) => attribute += ", skip_serializing_if = \"crate::is_default\"",
        }
        attribute + ")]\n"
    });
    let tag = if s.kind.is_some() {
        ", tag = \"kind\""
    } else {
        ""
    };
    Codec {
        derives: ", Deserialize, Serialize",
        attributes: format!("#[serde(default{tag})]\n"),
        field_attributes: field_attributes.collect(),
        items: String::new(),
    }
}

fn omit_name(omit: Omit) -> &'static str {
    match omit {
        Omit::Never => "Never",
        Omit::Absent => "Absent",
        Omit::Empty => "Empty",
    }
}

/// The dense table from protobuf numbers to fields, groups (240 and up), or nothing (255).
fn by_number(s: &Struct, group: Option<usize>) -> Vec<u8> {
    let fields = || {
        s.fields
            .iter()
            .enumerate()
            .filter(|(_, f)| f.group == group)
    };
    let groups: &[u32] = if group.is_none() { &s.groups } else { &[] };
    let last = fields()
        .map(|(_, f)| f.number)
        .chain(groups.iter().copied())
        .max()
        .unwrap_or(0);
    let mut table = vec![255; last as usize + 1];
    for (at, field) in fields() {
        table[field.number as usize] = index(at);
    }
    for (at, number) in groups.iter().enumerate() {
        table[*number as usize] = 240 + index(at);
    }
    table
}

fn index(at: usize) -> u8 {
    u8::try_from(at).expect("a struct of fewer than 240 fields")
}
