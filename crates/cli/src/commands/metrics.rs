//! `salesbridge metrics`.

use crate::api::Api;
use crate::settings::Settings;
use crate::terminal::{DONE, Failure, print_line};

pub(crate) async fn run(settings: &Settings) -> anyhow::Result<u8> {
    let api = Api::open(settings).await?;
    if !api.is_served() {
        return Err(Failure {
            code: "not_served".to_owned(),
            message: "nothing is counted: no `salesbridge serve` runs on this data directory".to_owned(),
            remedy: "Start `salesbridge serve`".to_owned(),
            ..Failure::default()
        }
        .into());
    }
    print_line(api.text("/metrics").await?.trim_end());
    Ok(DONE)
}
