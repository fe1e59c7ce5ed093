#!/usr/bin/env bash
# How long a first sync, and a second one with nothing to send, take against the local org, in one run.
# Usage: bench/first-sync.sh [CLIENTS]   (default 10000). Builds the release binary; data is in a throwaway folder.
set -euo pipefail
cd "$(dirname "$0")/.."
clients=${1:-10000}
target=${CARGO_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/salesbridge/target}
CARGO_TARGET_DIR=$target cargo build --quiet --locked --release --package salesbridge-cli
salesbridge=$target/release/salesbridge
data=$(mktemp -d)
trap 'rm -rf "$data"' EXIT
export SALESBRIDGE_DATA=$data

demo() { "$salesbridge" demo --once --json --clients "$clients" >"$data/report.json"; }
figure() { sed -nE "s/.*\"$1\": ([0-9.]+).*/\1/p" "$data/report.json"; }
told() { printf '%-34s %8s Leads made, %6s changed, %4s calls, %8s s\n' "$1" "$(figure leads_created)" "$(figure leads_updated)" "$(figure api_calls)" "$(figure seconds)"; }

demo; told "first sync of $clients clients"
demo; told "second sync, nothing changed"
