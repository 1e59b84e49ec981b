//! What the derive makes: the object, its list, and the traits that make it a resource.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use syn::{Attribute, Data, DeriveInput, Error, Expr, Lit, Meta, Result, parse_quote};

use crate::attributes::{Attributes, PrinterColumn, Scale, Validation};
use crate::names::plural;
use crate::parse::Once;

pub(crate) fn custom_resource(input: TokenStream) -> Result<TokenStream> {
    let input: DeriveInput = syn::parse2(input)?;
    Ok(Names::of(&input)?.expand())
}

/// Everything that the expansion is made of.
struct Names {
    attributes: Attributes,
    visibility: syn::Visibility,
    krate: syn::Path,
    spec: Ident,
    object: Ident,
    list: Ident,
    group: String,
    version: String,
    kind: String,
    list_kind: String,
    plural: String,
    singular: String,
    /// What the spec's documentation says.
    description: String,
}

impl Names {
    fn of(input: &DeriveInput) -> Result<Self> {
        if let Data::Union(data) = &input.data {
            let message = "a spec is a struct or an enum";
            return Err(Error::new(data.union_token.span, message));
        }
        if !input.generics.params.is_empty() {
            return Err(Error::new_spanned(
                &input.generics,
                "a spec has no parameters: a resource is one type",
            ));
        }
        let attributes = Attributes::read(&input.attrs)?;
        let spec = input.ident.clone();
        let group = required(&attributes.group, &spec, "group = \"example.com\"")?;
        let version = required(&attributes.version, &spec, "version = \"v1\"")?;
        let named_after_kind = spec.to_string().strip_suffix("Spec").map(str::to_owned);
        let kind = match (&attributes.kind, named_after_kind) {
            (Some(kind), _) => kind.value.clone(),
            (None, Some(kind)) if !kind.is_empty() => kind,
            _ => required(&attributes.kind, &spec, "kind = \"Website\"")?,
        };
        let said = |said: &Once<String>| said.as_ref().map(|said| said.value.clone());
        let object = said(&attributes.struct_name).unwrap_or_else(|| kind.clone());
        let list = said(&attributes.list_name).unwrap_or_else(|| format!("{object}List"));
        if spec == object {
            return Err(Error::new(
                spec.span(),
                format!(
                    "the spec and the object would both be named {object}: name the spec \
                     {object}Spec, or the object with `struct_name = \"…\"`"
                ),
            ));
        }
        let list_kind = said(&attributes.list_kind).unwrap_or_else(|| format!("{kind}List"));
        if list_kind == kind {
            let span = attributes.list_kind.as_ref().map(|said| said.span);
            let message = "a list is of another kind than its objects";
            return Err(Error::new(span.unwrap_or_else(Span::call_site), message));
        }
        let singular = said(&attributes.singular).unwrap_or_else(|| kind.to_ascii_lowercase());
        let plural = said(&attributes.plural).unwrap_or_else(|| plural(&kind.to_ascii_lowercase()));
        let krate = attributes
            .crate_path
            .as_ref()
            .map(|path| path.value.clone());
        Ok(Self {
            visibility: input.vis.clone(),
            krate: krate.unwrap_or_else(|| parse_quote!(::pintle)),
            object: Ident::new(&object, spec.span()),
            list: Ident::new(&list, spec.span()),
            spec,
            group,
            version,
            kind,
            list_kind,
            plural,
            singular,
            description: documentation(&input.attrs),
            attributes,
        })
    }

    fn expand(&self) -> TokenStream {
        let object = self.object();
        let serde = self.serde();
        let resource = self.resource();
        let definition = self.definition();
        quote! { #object #serde #resource #definition }
    }

    /// The types.
    fn object(&self) -> TokenStream {
        let Self {
            krate,
            visibility,
            spec,
            object,
            list,
            ..
        } = self;
        let derives = &self.attributes.derives;
        let title = format!(
            "The resource `{}` of {}/{}.",
            self.kind, self.group, self.version
        );
        let description = match self.description.as_str() {
            "" => TokenStream::new(),
            text => quote! { #[doc = ""] #[doc = #text] },
        };
        let of_list = format!("A list of [`{object}`] objects.");
        let (mut status, mut no_status) = (TokenStream::new(), TokenStream::new());
        if let Some(type_) = &self.attributes.status {
            let type_ = &type_.value;
            status = quote! {
                /// What there is. Written through the subresource `status` alone.
                pub status: ::core::option::Option<#type_>,
            };
            no_status = quote! { status: ::core::option::Option::None, };
        }
        quote! {
            #[doc = #title]
            #description
            #[derive(::core::clone::Clone #(, #derives)*)]
            #visibility struct #object {
                /// Name, namespace, labels, and what else all objects have.
                pub metadata: #krate::__derive::ObjectMeta,
                /// What is wanted.
                pub spec: #spec,
                #status
            }

            #[doc = #of_list]
            #[allow(dead_code)]
            #visibility type #list = #krate::__derive::ObjectList<#object>;

            impl #object {
                /// An object of this name, with nothing but a spec.
                #[allow(dead_code)]
                pub fn new(
                    name: impl ::core::convert::Into<#krate::__derive::Str>,
                    spec: #spec,
                ) -> Self {
                    let mut metadata =
                        <#krate::__derive::ObjectMeta as ::core::default::Default>::default();
                    metadata.name = ::core::convert::Into::into(name);
                    Self { metadata, spec, #no_status }
                }
            }
        }
    }

    fn serde(&self) -> TokenStream {
        let Self {
            krate,
            spec,
            object,
            ..
        } = self;
        let (type_, status, field) = match &self.attributes.status {
            Some(type_) => {
                let type_ = &type_.value;
                (
                    quote!(#type_),
                    quote!(self.status.as_ref()),
                    quote!(status,),
                )
            }
            None => (
                quote!(#krate::__derive::NoStatus),
                quote!(::core::option::Option::None::<&()>),
                TokenStream::new(),
            ),
        };
        let pattern = if field.is_empty() {
            quote!(_)
        } else {
            quote!(status)
        };
        quote! {
            #[automatically_derived]
            impl #krate::__derive::Serialize for #object {
                fn serialize<S: #krate::__derive::Serializer>(
                    &self,
                    serializer: S,
                ) -> ::core::result::Result<S::Ok, S::Error> {
                    #krate::__derive::serialize::<Self, S>(
                        serializer,
                        &self.metadata,
                        &self.spec,
                        #status,
                    )
                }
            }

            #[automatically_derived]
            impl<'de> #krate::__derive::Deserialize<'de> for #object {
                fn deserialize<D: #krate::__derive::Deserializer<'de>>(
                    deserializer: D,
                ) -> ::core::result::Result<Self, D::Error> {
                    let (metadata, spec, #pattern) =
                        #krate::__derive::deserialize::<Self, #spec, #type_, D>(deserializer)?;
                    ::core::result::Result::Ok(Self { metadata, spec, #field })
                }
            }
        }
    }

    /// What makes it a resource.
    fn resource(&self) -> TokenStream {
        let Self {
            krate,
            object,
            group,
            version,
            kind,
            list_kind,
            plural,
            ..
        } = self;
        let scope = match self.attributes.cluster {
            Some(_) => format_ident!("Cluster"),
            None => format_ident!("Namespaced"),
        };
        let codec = quote!(#krate::__derive::codec);
        quote! {
            #[automatically_derived]
            impl #krate::__derive::Kind for #object {
                const GROUP: &'static str = #group;
                const VERSION: &'static str = #version;
                const KIND: &'static str = #kind;
            }

            #[automatically_derived]
            impl #krate::__derive::Object for #object {
                type Metadata = #krate::__derive::ObjectMeta;

                fn metadata(&self) -> &#krate::__derive::ObjectMeta {
                    &self.metadata
                }
            }

            #[automatically_derived]
            impl #krate::__derive::Resource for #object {
                type Scope = #krate::__derive::#scope;
                const PLURAL: &'static str = #plural;
                const LIST_KIND: &'static str = #list_kind;
            }

            #[automatically_derived]
            impl #krate::__derive::Body for #object {
                const FORMATS: &'static [#codec::Format] = #krate::__derive::via_serde::FORMATS;

                fn decode(
                    document: &[u8],
                    format: #codec::Format,
                    decoder: &mut #codec::Decoder,
                ) -> ::core::result::Result<Self, #codec::Error> {
                    #krate::__derive::via_serde::decode(document, format, decoder)
                }

                fn decode_item(
                    item: &[u8],
                    format: #codec::Format,
                    decoder: &mut #codec::Decoder,
                ) -> ::core::result::Result<Self, #codec::Error> {
                    #krate::__derive::via_serde::decode(item, format, decoder)
                }

                fn encode(
                    &self,
                    format: #codec::Format,
                    out: &mut ::std::vec::Vec<u8>,
                ) -> ::core::result::Result<(), #codec::Error> {
                    #krate::__derive::via_serde::encode(self, format, out)
                }

                fn encode_item(
                    &self,
                    format: #codec::Format,
                    out: &mut ::std::vec::Vec<u8>,
                ) -> ::core::result::Result<(), #codec::Error> {
                    #krate::__derive::via_serde::encode_item(self, format, out)
                }
            }
        }
    }

    /// How the definition is made.
    fn definition(&self) -> TokenStream {
        let Self {
            krate,
            spec,
            object,
            singular,
            description,
            attributes,
            ..
        } = self;
        let mut steps = vec![quote!(.spec::<#spec>()), quote!(.singular(#singular))];
        if !description.is_empty() {
            steps.push(quote!(.description(#description)));
        }
        if let Some(status) = &attributes.status {
            let status = &status.value;
            steps.push(quote!(.status::<#status>()));
        }
        let texts = |said: &[crate::parse::Spanned<String>]| -> Vec<String> {
            said.iter().map(|said| said.value.clone()).collect()
        };
        let short_names = texts(&attributes.short_names);
        if !short_names.is_empty() {
            steps.push(quote!(.short_names([#(#short_names),*])));
        }
        let categories = texts(&attributes.categories);
        if !categories.is_empty() {
            steps.push(quote!(.categories([#(#categories),*])));
        }
        for (key, value) in &attributes.labels {
            steps.push(quote!(.label(#key, #value)));
        }
        for (key, value) in &attributes.annotations {
            steps.push(quote!(.annotation(#key, #value)));
        }
        for column in &attributes.printer_columns {
            let column = printer_column(krate, column);
            steps.push(quote!(.printer_column(#column)));
        }
        for path in texts(&attributes.selectable_fields) {
            steps.push(quote!(.selectable_field(#path)));
        }
        if let Some(said) = &attributes.scale {
            let scale = scale(krate, said);
            steps.push(quote!(.scale(#scale)));
        }
        for validation in &attributes.validations {
            let rule = rule(krate, validation);
            steps.push(quote!(.rule(#rule)));
        }
        if let Some(served) = &attributes.served {
            let served = served.value;
            steps.push(quote!(.served(#served)));
        }
        if let Some(storage) = &attributes.storage {
            let storage = storage.value;
            steps.push(quote!(.storage(#storage)));
        }
        if let Some(deprecated) = &attributes.deprecated {
            steps.push(match &deprecated.value {
                Some(warning) => quote!(.deprecation_warning(#warning)),
                None => quote!(.deprecated()),
            });
        }
        quote! {
            #[automatically_derived]
            impl #krate::__derive::CustomResource for #object {
                fn try_crd() -> ::core::result::Result<
                    #krate::__derive::CustomResourceDefinition,
                    #krate::__derive::Error,
                > {
                    #krate::__derive::Definition::of::<Self>() #(#steps)* .build()
                }
            }
        }
    }
}

fn printer_column(krate: &syn::Path, column: &PrinterColumn) -> TokenStream {
    let (name, type_, json_path) = (
        &column.name.value,
        &column.type_.value,
        &column.json_path.value,
    );
    let text = |said: &Once<String>| {
        said.as_ref()
            .map_or_else(String::new, |it| it.value.clone())
    };
    let (description, format) = (text(&column.description), text(&column.format));
    let priority = column
        .priority
        .as_ref()
        .map_or(0, |priority| priority.value);
    quote! {
        #krate::__derive::CustomResourceColumnDefinition {
            name: ::core::convert::From::from(#name),
            type_: ::core::convert::From::from(#type_),
            json_path: ::core::convert::From::from(#json_path),
            description: ::core::convert::From::from(#description),
            format: ::core::convert::From::from(#format),
            priority: #priority,
        }
    }
}

fn scale(krate: &syn::Path, scale: &Scale) -> TokenStream {
    let (spec, status) = (&scale.spec_replicas.value, &scale.status_replicas.value);
    let selector = match &scale.label_selector {
        Some(path) => {
            let path = &path.value;
            quote!(::core::option::Option::Some(::core::convert::From::from(#path)))
        }
        None => quote!(::core::option::Option::None),
    };
    quote! {
        #krate::__derive::CustomResourceSubresourceScale {
            spec_replicas_path: ::core::convert::From::from(#spec),
            status_replicas_path: ::core::convert::From::from(#status),
            label_selector_path: #selector,
        }
    }
}

fn rule(krate: &syn::Path, validation: &Validation) -> TokenStream {
    let rule = &validation.rule.value;
    let mut steps = Vec::new();
    for (name, said) in [
        ("message", &validation.message),
        ("message_expression", &validation.message_expression),
        ("reason", &validation.reason),
        ("field_path", &validation.field_path),
    ] {
        if let Some(said) = said {
            let (name, value) = (format_ident!("{name}"), &said.value);
            steps.push(quote!(.#name(#value)));
        }
    }
    if validation
        .optional_old_self
        .as_ref()
        .is_some_and(|said| said.value)
    {
        steps.push(quote!(.optional_old_self()));
    }
    quote!(#krate::__derive::Rule::new(#rule) #(#steps)*)
}

fn required(said: &Once<String>, spec: &Ident, form: &str) -> Result<String> {
    let missing = || {
        let message = format!("which resource is this the spec of? Say #[pintle({form})]");
        Error::new(spec.span(), message)
    };
    said.as_ref()
        .map(|said| said.value.clone())
        .ok_or_else(missing)
}

/// The text of documentation comments.
fn documentation(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| {
        let Meta::NameValue(meta) = &attribute.meta else {
            return None;
        };
        match &meta.value {
            Expr::Lit(literal) if meta.path.is_ident("doc") => match &literal.lit {
                Lit::Str(text) => Some(text.value()),
                _ => None,
            },
            _ => None,
        }
    });
    let lines: Vec<String> = lines.map(|line| line.trim().to_owned()).collect();
    lines.join("\n").trim().to_owned()
}
