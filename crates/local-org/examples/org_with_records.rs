//! An org with made-up records, from a Rust program: `cargo run -p salesbridge-local-org --example org_with_records`.
#![expect(clippy::print_stdout, reason = "the example talks to whoever runs it")]

use salesbridge_local_org::{DemoData, DemoSize, OrgConfig, start};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let demo_data = Some(DemoData { size: DemoSize::Small, seed: 1 });
    let org = start(OrgConfig { demo_data, ..OrgConfig::default() }).await?;
    println!("{} has {} kinds of records", org.url(), org.control().record_counts().await?.len());
    tokio::signal::ctrl_c().await?;
    org.shutdown().await;
    Ok(())
}
