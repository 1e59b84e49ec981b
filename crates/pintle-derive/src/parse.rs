//! Reading what an attribute says: words, values and lists, each with an error that says how to
//! write it.

use proc_macro2::Span;
use syn::meta::ParseNestedMeta;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Error, LitBool, LitInt, LitStr, Path, Result, Token, Type, token};

use crate::names::suggestion;

/// A value, and where it stands.
#[derive(Clone)]
pub(crate) struct Spanned<T> {
    pub(crate) value: T,
    pub(crate) span: Span,
}

/// A word that is said once.
pub(crate) type Once<T> = Option<Spanned<T>>;

/// One word of an attribute, with what follows it.
///
/// A word is followed by its value after `=`, or, within the parentheses of another, after `:`.
/// Both are taken in both places. Clippy would take `type = "string"` in two columns for a
/// repetition; what has a colon it does not understand, and leaves alone.
pub(crate) struct Word<'m, 'i> {
    pub(crate) name: String,
    meta: &'m ParseNestedMeta<'i>,
    is_part: bool,
}

impl<'m, 'i> Word<'m, 'i> {
    pub(crate) fn of(meta: &'m ParseNestedMeta<'i>) -> Self {
        let name = meta.path.get_ident().map(ToString::to_string);
        Self {
            name: name.unwrap_or_default(),
            meta,
            is_part: false,
        }
    }

    /// The error of a word that is none of those that are known.
    pub(crate) fn unknown(&self, known: &[&str]) -> Error {
        let suggestion = suggestion(&self.name, known);
        self.error(format!("there is no `{}`{suggestion}", self.name))
    }

    pub(crate) fn error(&self, message: impl std::fmt::Display) -> Error {
        self.meta.error(message)
    }

    /// `name = "…"`
    pub(crate) fn text(&self, slot: &mut Once<String>) -> Result<()> {
        self.once(slot.is_some())?;
        *slot = Some(self.value("\"…\"", text)?);
        Ok(())
    }

    /// `name = true`, or the word alone.
    pub(crate) fn truth(&self, slot: &mut Once<bool>) -> Result<()> {
        self.once(slot.is_some())?;
        *slot = Some(if self.is_alone() {
            self.spanned(true)
        } else {
            self.value("false", |input| {
                let literal: LitBool = input.parse()?;
                Ok((literal.value, literal.span))
            })?
        });
        Ok(())
    }

    /// `name = 1`
    pub(crate) fn number(&self, slot: &mut Once<i32>) -> Result<()> {
        self.once(slot.is_some())?;
        *slot = Some(self.value("1", |input| {
            let literal: LitInt = input.parse()?;
            Ok((literal.base10_parse()?, literal.span()))
        })?);
        Ok(())
    }

    /// `name = Type`, or the same in quotes.
    pub(crate) fn type_(&self, slot: &mut Once<Type>) -> Result<()> {
        self.once(slot.is_some())?;
        *slot = Some(self.value("Type", quoted)?);
        Ok(())
    }

    /// `name = some::path`, or the same in quotes.
    pub(crate) fn path(&self, slot: &mut Once<Path>) -> Result<()> {
        self.once(slot.is_some())?;
        *slot = Some(self.value("some::path", quoted)?);
        Ok(())
    }

    /// The word alone.
    pub(crate) fn alone(&self, slot: &mut Once<()>) -> Result<()> {
        self.once(slot.is_some())?;
        if !self.is_alone() {
            return Err(self.error(format!("`{}` stands alone", self.name)));
        }
        *slot = Some(self.spanned(()));
        Ok(())
    }

    /// The word alone, or `name = "…"`.
    pub(crate) fn alone_or_text(&self, slot: &mut Once<Option<String>>) -> Result<()> {
        self.once(slot.is_some())?;
        *slot = Some(if self.is_alone() {
            self.spanned(None)
        } else {
            let text = self.value("\"…\"", text)?;
            Spanned {
                value: Some(text.value),
                span: text.span,
            }
        });
        Ok(())
    }

    /// `name("…", "…")`
    pub(crate) fn texts(&self, list: &mut Vec<Spanned<String>>) -> Result<()> {
        for literal in self.list::<LitStr>("(\"…\", \"…\")")? {
            list.push(Spanned {
                value: literal.value(),
                span: literal.span(),
            });
        }
        Ok(())
    }

    /// `name("…" = "…", "…" = "…")`
    pub(crate) fn pairs(&self, list: &mut Vec<(String, String)>) -> Result<()> {
        for Pair(key, value) in self.list("(\"…\" = \"…\")")? {
            list.push((key, value));
        }
        Ok(())
    }

    /// `name(Path, Path)`
    pub(crate) fn paths(&self, list: &mut Vec<Path>) -> Result<()> {
        list.extend(self.list::<Path>("(Debug, PartialEq)")?);
        Ok(())
    }

    /// `name(word …, word …)`
    pub(crate) fn words(
        &self,
        form: &str,
        mut read: impl FnMut(Word<'_, '_>) -> Result<()>,
    ) -> Result<()> {
        if !self.meta.input.peek(token::Paren) {
            return Err(self.error(format!("write `{}{form}`", self.name)));
        }
        self.meta.parse_nested_meta(|meta| {
            let is_part = true;
            read(Word {
                is_part,
                ..Word::of(&meta)
            })
        })
    }

    fn list<T: Parse>(&self, form: &str) -> Result<Punctuated<T, Token![,]>> {
        if !self.meta.input.peek(token::Paren) {
            return Err(self.error(format!("write `{}{form}`", self.name)));
        }
        let content;
        syn::parenthesized!(content in self.meta.input);
        Punctuated::parse_terminated(&content)
    }

    fn value<T>(
        &self,
        form: &str,
        read: impl FnOnce(ParseStream<'_>) -> Result<(T, Span)>,
    ) -> Result<Spanned<T>> {
        let sign = if self.is_part { ":" } else { " =" };
        let form = format!("write `{}{sign} {form}`", self.name);
        let input = self.meta.input;
        if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
        } else if input.peek(Token![:]) {
            input.parse::<Token![:]>()?;
        } else {
            return Err(self.error(form));
        }
        let start = input.span();
        let (value, span) = read(input).map_err(|error| {
            // The parser's own error says what it expected, ours how that is written.
            Error::new(start, format!("{form}: {error}"))
        })?;
        Ok(Spanned { value, span })
    }

    fn once(&self, is_said: bool) -> Result<()> {
        if is_said {
            return Err(self.error(format!("`{}` is said twice", self.name)));
        }
        Ok(())
    }

    fn is_alone(&self) -> bool {
        let input = self.meta.input;
        input.is_empty() || input.peek(Token![,])
    }

    fn spanned<T>(&self, value: T) -> Spanned<T> {
        let span = self.meta.path.get_ident().map(syn::Ident::span);
        Spanned {
            value,
            span: span.unwrap_or_else(Span::call_site),
        }
    }
}

fn text(input: ParseStream<'_>) -> Result<(String, Span)> {
    let literal: LitStr = input.parse()?;
    Ok((literal.value(), literal.span()))
}

/// What stands there, or stands there in quotes.
fn quoted<T: Parse>(input: ParseStream<'_>) -> Result<(T, Span)> {
    let span = input.span();
    if input.peek(LitStr) {
        let literal: LitStr = input.parse()?;
        return Ok((literal.parse()?, span));
    }
    Ok((input.parse()?, span))
}

struct Pair(String, String);

impl Parse for Pair {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let key: LitStr = input.parse()?;
        input.parse::<Token![=]>()?;
        let value: LitStr = input.parse()?;
        Ok(Self(key.value(), value.value()))
    }
}
