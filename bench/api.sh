#!/usr/bin/env bash
# How soon the HTTP API answers while many people are signed in, each with an open stream of events, and read at a fixed rate; a sync runs every second
# beside it. Server and load share the machine. Usage: bench/api.sh [SESSIONS [READS_PER_SECOND [SECONDS]]]   (default 200 1000 30). Needs jq.
set -euo pipefail
cd "$(dirname "$0")/.."
sessions=${1:-200} rate=${2:-1000} seconds=${3:-30}
target=${CARGO_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/salesbridge/target}
CARGO_TARGET_DIR=$target cargo build --quiet --locked --release --package salesbridge-cli
CARGO_TARGET_DIR=$target cargo build --quiet --locked --release --package salesbridge-server --example api_load
salesbridge=$target/release/salesbridge
folder=$(mktemp -d)
export SALESBRIDGE_DATA=$folder/data BENCH_PASSWORD=a-password-of-the-administrator
processes=()
trap 'for process in "${processes[@]}"; do kill "$process" 2>/dev/null || true; done; rm -rf "$folder"' EXIT
"$salesbridge" local-org --listen 127.0.0.1:0 --json >"$folder/org" 2>/dev/null & processes+=($!)
until [ -s "$folder/org" ]; do sleep 0.1; done
"$salesbridge" vault init >/dev/null 2>&1
# More sign-ins from one address in a minute than a person would make.
SALESBRIDGE_SERVER_LISTEN=127.0.0.1:0 SALESBRIDGE_SERVER_ADDRESS_REQUESTS_PER_MINUTE=100000 \
  "$salesbridge" serve 2>"$folder/log" & processes+=($!)
until base=$(grep -o 'http://127.0.0.1:[0-9]*' "$folder/log"); do sleep 0.1; done
"$salesbridge" user create bench --administrator --password env:BENCH_PASSWORD >/dev/null
awk 'BEGIN { print "key,email,last_name"; for (n = 1; n <= 1000; n++) printf "C-%04d,person.%04d@example.com,Lastname%04d\n", n, n, n }' >"$folder/clients.csv"
"$salesbridge" client import "$folder/clients.csv" >/dev/null 2>&1
jq -r .consumer_secret "$folder/org" >"$folder/secret"
"$salesbridge" connection create bench --domain-url "$(jq -r .url "$folder/org")" --consumer-key "$(jq -r .consumer_key "$folder/org")" \
  --secret "consumer_secret=file:$folder/secret" --company Benchmark --yes >/dev/null 2>&1
"$target/release/examples/api_load" "$base" "$sessions" "$rate" "$seconds"
