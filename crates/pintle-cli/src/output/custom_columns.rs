//! Tables whose columns the user chooses: `NAME:.metadata.name,NODE:.spec.nodeName`.

use std::str::FromStr;

use pintle_codec::Value;

use super::{ParseFormatError, Widths, sanitise};
use crate::jsonpath::{self, Template};

/// Headings, and where in an object their cells are.
#[derive(Clone, Debug)]
pub(crate) struct CustomColumns(Vec<(String, Template)>);

impl CustomColumns {
    /// Reads headings from the first line and paths from the second, both between white space.
    pub(crate) fn parse_file(text: &str) -> Result<Self, ParseFormatError> {
        let mut lines = text.lines();
        let mut words = || {
            lines
                .next()
                .map(|line| line.split_whitespace().collect::<Vec<_>>())
        };
        let (Some(headings), Some(paths)) = (words(), words()) else {
            return Err(ParseFormatError::new(
                "a file of custom columns has a line of headings and one of paths",
            ));
        };
        if headings.len() != paths.len() {
            return Err(ParseFormatError::new(format!(
                "number of headers ({}) and field specifications ({}) don't match",
                headings.len(),
                paths.len()
            )));
        }
        let columns = headings.into_iter().zip(paths);
        Ok(Self(columns.map(column).collect::<Result<_, _>>()?))
    }

    /// The objects as a table.
    pub(crate) fn render(
        &self,
        objects: &[Value],
        with_headings: bool,
    ) -> Result<String, jsonpath::Error> {
        let headings = self.0.iter().map(|(heading, _)| heading.clone()).collect();
        let mut lines: Vec<Vec<String>> = with_headings.then_some(headings).into_iter().collect();
        for object in objects {
            let cells = self.0.iter().map(|(_, path)| cell(path, object));
            lines.push(cells.collect::<Result<_, _>>()?);
        }
        let mut widths = Widths::default();
        for line in &lines {
            widths.fit(line.iter().map(String::as_str));
        }
        let mut text = String::new();
        for line in &lines {
            widths.line(line.iter().map(String::as_str), &mut text);
        }
        Ok(text)
    }
}

impl FromStr for CustomColumns {
    type Err = ParseFormatError;

    fn from_str(text: &str) -> Result<Self, ParseFormatError> {
        let columns = text.split(',').map(|part| match part.split_once(':') {
            Some((heading, path)) => column((heading, path)),
            None => Err(ParseFormatError::new(format!(
                "unexpected custom-columns spec: {part}, expected <header>:<json-path-expr>"
            ))),
        });
        Ok(Self(columns.collect::<Result<_, _>>()?))
    }
}

fn column((heading, path): (&str, &str)) -> Result<(String, Template), ParseFormatError> {
    let path = Template::parse_relaxed(path).map_err(ParseFormatError::new)?;
    Ok((heading.to_owned(), path))
}

fn cell(path: &Template, object: &Value) -> Result<String, jsonpath::Error> {
    let found = path.find(object)?;
    if found.first().is_none_or(Vec::is_empty) {
        return Ok("<none>".to_owned());
    }
    let texts = found.into_iter().flatten().map(jsonpath::go_text);
    Ok(sanitise(&texts.collect::<Vec<_>>().join(",")))
}

#[cfg(test)]
mod tests {
    use pintle_codec::json;

    use super::*;

    // What kubectl prints for the same, with NAME:.metadata.name,IMAGES:.spec.c[*].i and so on.
    #[test]
    fn cells_are_as_kubectl_prints_them() {
        let object = json::parse(br#"{"a":"x","l":[{"i":1},{"i":"two"}],"m":{"k":"v"},"n":null}"#);
        let columns: CustomColumns = "A:.a,I:.l[*].i,M:{.m},NONE:b.c,NULL:.n".parse().unwrap();
        let objects = [object.unwrap()];
        assert_eq!(
            columns.render(&objects, true).unwrap(),
            "A     I       M          NONE     NULL\nx     1,two   map[k:v]   <none>   <nil>\n"
        );
        assert_eq!(
            columns.render(&objects, false).unwrap(),
            "x     1,two   map[k:v]   <none>   <nil>\n"
        );
        let columns = CustomColumns::parse_file("A  B\n.a  .m.k\n").unwrap();
        assert_eq!(
            columns.render(&objects, true).unwrap(),
            "A     B\nx     v\n"
        );
    }

    #[test]
    fn what_is_no_column_is_refused() {
        for text in ["", "A", "A:.a,B", "A:.a{", "A:{.a}{.b}"] {
            assert!(text.parse::<CustomColumns>().is_err(), "{text}");
        }
        assert!(CustomColumns::parse_file("A B\n.a\n").is_err());
        assert!(CustomColumns::parse_file("A\n").is_err());
    }
}
