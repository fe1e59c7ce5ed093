//! Versions of the API, and the resources of one. Refuses to know objects.

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Map, Value, json};

use crate::answers::{Fault, ok};
use crate::org::Org;
use crate::rest::Call;
use crate::rest::listings::{OFF, PRESENT};

/// The oldest version still served; those before it are retired and answer 410.
const OLDEST: u32 = 31;
/// The newest version (Winter '27).
const NEWEST: u32 = 68;
/// The release of a version whose number divides by three; three releases a year.
const WINTER_2027: u32 = 68;

pub(crate) async fn versions() -> Response {
    let listed = (OLDEST..=NEWEST).map(|version| {
        json!({"label": label(version), "url": format!("/services/data/v{version}.0"), "version": format!("{version}.0")})
    });
    ok(&listed.collect())
}

pub(crate) async fn resources(State(org): State<Org>, Extension(call): Extension<Call>) -> Result<Response, Fault> {
    let base = format!("/services/data/{}", call.version);
    let org_id = org.read(|work| work.org_id()).await?;
    let mut map: Map<String, Value> =
        PRESENT.iter().chain(&OFF).map(|key| ((*key).to_owned(), format!("{base}/{key}").into())).collect();
    let identity = format!("{}/id/{org_id}/{}", org.sign_in_url(), call.user_id);
    map.insert("identity".to_owned(), identity.into());
    Ok(ok(&map.into()))
}

/// Whether the version in a path is served.
pub(crate) fn check(segment: &str) -> Result<(), Fault> {
    let number = segment.strip_prefix('v').and_then(|text| text.strip_suffix(".0")).and_then(|text| text.parse().ok());
    match number {
        Some(OLDEST..=NEWEST) => Ok(()),
        Some(7..OLDEST) => {
            let text = "The requested API version is no longer available";
            Err(Fault::new(StatusCode::GONE, "UNSUPPORTED_API_VERSION", text))
        }
        _ => Err(Fault::no_resource()),
    }
}

fn label(version: u32) -> String {
    let back = WINTER_2027 - version.min(WINTER_2027);
    let season = ["Winter", "Summer", "Spring"][usize::try_from(back % 3).unwrap_or_default()];
    // A winter release is named after the year that follows, so it starts the year of its spring and summer.
    let year = 27 - back.div_ceil(3);
    format!("{season} '{year}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_follow_the_three_releases_of_a_year() {
        let expected =
            [(68, "Winter '27"), (67, "Summer '26"), (66, "Spring '26"), (65, "Winter '26"), (60, "Spring '24")];
        for (version, name) in expected {
            assert_eq!(label(version), name);
        }
    }
}
