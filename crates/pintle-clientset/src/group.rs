//! What makes a client of a group version out of a line a resource.

/// Defines clients of group versions, and the methods of [`Clientset`](crate::Clientset) that give them.
///
/// A resource is the name of a method, a kind and what it is: `in_namespace` or `cluster` for an `Api`,
/// `review` or `review_in_namespace` for what is created to be answered, or the name of a type that wraps an
/// `Api` of the one (`in_namespace as`) or of the other (`cluster as`).
macro_rules! groups {
    ($(
        #[doc = $doc:literal]
        $(#[$attribute:meta])*
        $accessor:ident $name:ident = $module:ident $version_module:ident $group:literal $version:literal {
            $($method:ident $kind:ident $($what:ident)+ $($plural:literal)?;)*
        }
    )*) => {$(
        #[doc = $doc]
        $(#[$attribute])*
        #[derive(Clone, Debug)]
        pub struct $name {
            client: pintle_client::Client,
        }

        $(#[$attribute])*
        impl $name {
            /// Access to the group version below any type. It speaks JSON, unless it is told otherwise.
            pub fn rest_client(&self) -> pintle_client::RestClient {
                self.client.rest(&pintle_meta::GroupVersion::new($group, $version))
            }

            $($crate::group::resource! {
                $method (pintle_api::$module::$version_module::$kind) ($kind) $($what)+ $($plural)?
            })*
        }

        $(#[$attribute])*
        impl $crate::Clientset {
            #[doc = $doc]
            pub fn $accessor(&self) -> $name {
                $name { client: self.client.clone() }
            }
        }
    )*};
}

/// The method of one resource.
macro_rules! resource {
    ($method:ident ($type:ty) ($kind:ident) in_namespace) => {
        #[doc = concat!("The `", stringify!($kind), "` objects of a namespace; of all, to list and to watch, if it is empty.")]
        pub fn $method(&self, namespace: &str) -> pintle_client::Api<$type> {
            self.client.api::<$type>().namespace(namespace)
        }
    };
    ($method:ident ($type:ty) ($kind:ident) cluster) => {
        #[doc = concat!("The `", stringify!($kind), "` objects of the cluster.")]
        pub fn $method(&self) -> pintle_client::Api<$type, pintle_client::ClusterWide> {
            self.client.api::<$type>()
        }
    };
    ($method:ident ($type:ty) ($kind:ident) in_namespace as $wrapper:ident) => {
        #[doc = concat!("The `", stringify!($kind), "` objects of a namespace; of all, to list and to watch, if it is empty.")]
        pub fn $method(&self, namespace: &str) -> $crate::$wrapper<$type> {
            $crate::$wrapper::new(self.client.api::<$type>().namespace(namespace))
        }
    };
    ($method:ident ($type:ty) ($kind:ident) cluster as $wrapper:ident) => {
        #[doc = concat!("The `", stringify!($kind), "` objects of the cluster.")]
        pub fn $method(&self) -> $crate::$wrapper<$type> {
            $crate::$wrapper::new(self.client.api::<$type>())
        }
    };
    ($method:ident ($type:ty) ($kind:ident) review $plural:literal) => {
        #[doc = concat!("`", stringify!($kind), "` objects, which are created to be answered.")]
        pub fn $method(&self) -> $crate::Reviews<$type> {
            $crate::Reviews::new(&self.client, $plural, None)
        }
    };
    ($method:ident ($type:ty) ($kind:ident) review_in_namespace $plural:literal) => {
        #[doc = concat!("`", stringify!($kind), "` objects of a namespace, which are created to be answered.")]
        pub fn $method(&self, namespace: &str) -> $crate::Reviews<$type> {
            $crate::Reviews::new(&self.client, $plural, Some(namespace))
        }
    };
    ($method:ident ($type:ty) ($kind:ident) evictions) => {
        /// Evictions of the pods of a namespace.
        pub fn $method(&self, namespace: &str) -> $crate::Evictions<$type> {
            $crate::Evictions::new(&self.client, namespace)
        }
    };
}

/// Gives a type that wraps an [`Api`](pintle_client::Api) all its methods.
macro_rules! wraps {
    ($(#[$attribute:meta])* $name:ident<$kind:ident $(: $bound:path)?> of $place:ident) => {
        impl<$kind $(: $bound)?> $name<$kind> {
            pub(crate) fn new(api: pintle_client::Api<$kind, pintle_client::$place>) -> Self {
                Self { api }
            }
        }

        impl<$kind $(: $bound)?> std::ops::Deref for $name<$kind> {
            type Target = pintle_client::Api<$kind, pintle_client::$place>;

            fn deref(&self) -> &Self::Target {
                &self.api
            }
        }

        impl<$kind> Clone for $name<$kind> {
            fn clone(&self) -> Self {
                Self { api: self.api.clone() }
            }
        }

        impl<$kind> std::fmt::Debug for $name<$kind> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.api.fmt(f)
            }
        }
    };
}

pub(crate) use {groups, resource, wraps};
