//! The derive of custom resources. Programs use it through `pintle` or `pintle-crd`, whose
//! documentation of `CustomResource` says what it does.
//!
//! The invariant: what can be known to be wrong of an attribute without the types is an error at
//! that attribute, which says what to write instead; what takes the types is an error of
//! `try_crd`.

mod attributes;
mod expand;
mod names;
mod parse;
#[cfg(test)]
mod tests;

use proc_macro::TokenStream;

#[expect(
    missing_docs,
    reason = "pintle-crd, where programs find it, documents it"
)]
#[proc_macro_derive(CustomResource, attributes(pintle))]
pub fn custom_resource(input: TokenStream) -> TokenStream {
    let expanded = expand::custom_resource(input.into());
    expanded
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}
