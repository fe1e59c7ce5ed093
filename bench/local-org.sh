#!/usr/bin/env bash
# How fast the local org is: rows by collections, simple queries, bulk loads and queries. Medians of five runs, org and callers in one process.
# Usage: bench/local-org.sh [MEASUREMENT…]   (default: all). Builds the release profile.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/salesbridge/target}
CARGO_TARGET_DIR=$target cargo build --quiet --locked --release --package salesbridge-local-org --example throughput
measurements=("$@")
if [ ${#measurements[@]} -eq 0 ]; then measurements=(collections queries bulk-ingest bulk-query); fi
for measurement in "${measurements[@]}"; do
  "$target/release/examples/throughput" "$measurement"
done
