//! Cutting parts out of JSON.

use super::edits::Edits;
use crate::Error;
use crate::decoder::Rules;
use crate::json::{Reader, Token};

/// See [`Prune::cut_json`](crate::Prune::cut_json).
pub(super) fn cut(object: &str, rules: Rules<'_>) -> Result<Option<String>, Error> {
    let mut source = Source {
        reader: Reader::over(object),
        edits: Edits::default(),
    };
    source.value(rules)?;
    source.reader.finish()?;
    Ok(source.edits.apply_to_text(object))
}

struct Source<'a> {
    reader: Reader<'a>,
    edits: Edits,
}

impl Source<'_> {
    fn value(&mut self, rules: Rules<'_>) -> Result<(), Error> {
        if !rules.any() {
            return self.reader.pass().map(drop);
        }
        match self.reader.peek()? {
            Token::Object => self.object(rules),
            Token::Array => {
                self.reader.begin_array()?;
                let mut first = true;
                while self.reader.next_element(&mut first)? {
                    self.value(rules)?;
                }
                Ok(())
            }
            _ => self.reader.pass().map(drop),
        }
    }

    fn object(&mut self, rules: Rules<'_>) -> Result<(), Error> {
        self.reader.begin_object()?;
        // Each member but the first stands behind a comma. A member goes with the comma before it;
        // where all members so far went, with the comma behind it.
        let mut kept = false;
        let mut leading = None;
        let mut first = true;
        loop {
            let separator = self.reader.offset();
            if !self.reader.begin_key(&mut first)? {
                break;
            }
            let key = self.reader.offset();
            let within = rules.within(self.reader.key()?);
            if let Some(rules) = within {
                if let Some(start) = leading.take() {
                    self.edits.remove(start..key);
                }
                kept = true;
                self.value(rules)?;
                continue;
            }
            self.reader.pass()?;
            if kept {
                self.edits.remove(separator..self.reader.offset());
            } else {
                leading.get_or_insert(key);
            }
        }
        if let Some(start) = leading {
            let brace = self.reader.offset() - 1;
            self.edits.remove(start..brace);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::Prune;

    #[test]
    fn commas_go_with_the_members_that_they_separate() {
        let prune = Prune::nothing().and("a").and("b").and("in.a");
        for (whole, rest) in [
            (r#"{"a":1}"#, r#"{}"#),
            (r#"{"a":1,"b":[2]}"#, r#"{}"#),
            (r#"{"a":1,"x":2}"#, r#"{"x":2}"#),
            (r#"{"a":1,"b":1,"x":2}"#, r#"{"x":2}"#),
            (r#"{"x":2,"a":1}"#, r#"{"x":2}"#),
            (r#"{"x":2,"a":1,"b":1}"#, r#"{"x":2}"#),
            (r#"{"x":2,"a":1,"y":3,"b":1}"#, r#"{"x":2,"y":3}"#),
            (r#"{"a":1,"x":2,"b":1,"y":3}"#, r#"{"x":2,"y":3}"#),
            (
                r#"{"in":[{"a":1},{"x":1,"a":2},3]}"#,
                r#"{"in":[{},{"x":1},3]}"#,
            ),
            ("{ \"a\" : 1 ,\n \"x\" : 2 }", "{ \"x\" : 2 }"),
            ("{ \"x\" : 2 ,\n \"a\" : 1 }", "{ \"x\" : 2 }"),
            (r#"{"\u0061":1,"x":{"a":1}}"#, r#"{"x":{"a":1}}"#),
        ] {
            assert_eq!(
                prune.cut_json(whole).unwrap().as_deref(),
                Some(rest),
                "{whole}"
            );
        }
        assert_eq!(prune.cut_json(r#"{"x":{"a":1},"in":7}"#).unwrap(), None);
    }

    #[test]
    fn what_has_no_end_is_refused() {
        let prune = Prune::nothing().and("a");
        for malformed in [
            r#"{"a":[1"#,
            r#"{"a":1"#,
            r#"{"a":"1}"#,
            r#"{"a":tru}"#,
            r#"{"a":1,}"#,
            r#"{"a":1}}"#,
            "",
        ] {
            assert!(prune.cut_json(malformed).is_err(), "{malformed}");
        }
    }
}
