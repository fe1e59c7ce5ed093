//! The problems that operations can end with, as the API's document names them.

use std::collections::BTreeMap;

use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema};

use crate::problem::{PROBLEM_JSON, Problem};

/// Answers by status, each a [`Problem`].
type Answers = BTreeMap<String, RefOr<Response>>;

fn problems<const N: usize>(told: [(&str, &str); N]) -> Answers {
    let body = || ContentBuilder::new().schema(Some(Ref::from_schema_name(Problem::name()))).build();
    told.map(|(status, description)| {
        let answer = ResponseBuilder::new().description(description).content(PROBLEM_JSON, body());
        (status.to_owned(), answer.build().into())
    })
    .into()
}

macro_rules! problems {
    ($($(#[$doc:meta])* $name:ident: $($status:literal $description:literal),+;)*) => {$(
        $(#[$doc])*
        pub(super) struct $name;

        impl IntoResponses for $name {
            fn responses() -> Answers {
                problems([$(($status, $description)),+])
            }
        }
    )*};
}

problems! {
    /// What any operation can end with.
    Anywhere:
        "400" "The request is not of the form that the API has",
        "401" "Nobody is signed in",
        "403" "The caller lacks the ability",
        "503" "The database cannot be used for now",
        "default" "Any other problem";
    /// There is no such thing, or the caller may not see it.
    Missing:
        "404" "There is no such thing, or it may not be seen";
    /// It cannot be done as things are.
    Conflicting:
        "409" "It cannot be done as things are";
    /// The body cannot be used.
    Unusable:
        "413" "The body is too large",
        "415" "The body is not of a kind that is read here, or does not say which it is",
        "422" "Something in the body cannot be used; `fields` says what";
    /// A name or password that is wrong, or too many of them.
    SigningIn:
        "429" "Too many sign-ins failed; the header Retry-After says when to go on";
    /// The system on the other side of a connection said no, or nothing.
    OtherSide:
        "502" "The other side of the connection said no, or nothing";
}
