#!/usr/bin/env bash
# How soon `salesbridge serve` answers after its start, and how much memory it has when it has had nothing to do for a while. Medians of three.
# Usage: bench/process.sh [CLIENTS]   (default 10000 clients in its directory, all of them sent). Builds the release binary.
set -euo pipefail
cd "$(dirname "$0")/.."
clients=${1:-10000}
target=${CARGO_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/salesbridge/target}
CARGO_TARGET_DIR=$target cargo build --quiet --locked --release --package salesbridge-cli
salesbridge=$target/release/salesbridge
export SALESBRIDGE_DATA; SALESBRIDGE_DATA=$(mktemp -d)
process=
trap '[ -z "$process" ] || kill "$process" 2>/dev/null; rm -rf "$SALESBRIDGE_DATA"' EXIT
"$salesbridge" demo --once --data "$SALESBRIDGE_DATA" --clients "$clients" >"$SALESBRIDGE_DATA/demo"
for _ in 1 2 3; do
  begun=$(date +%s%N)
  "$salesbridge" serve 2>/dev/null & process=$!
  until curl -sf --unix-socket "$SALESBRIDGE_DATA/salesbridge.sock" http://localhost/api/v1/status -o "$SALESBRIDGE_DATA/health"; do :; done
  answered=$(( ($(date +%s%N) - begun) / 1000000 ))
  sleep 10
  awk -v answered="$answered" '/^VmRSS/ { rss = $2 } /^VmHWM/ { peak = $2 } END { printf "%d %.1f %.1f\n", answered, rss / 1024, peak / 1024 }' "/proc/$process/status" \
    >>"$SALESBRIDGE_DATA/figures"
  kill "$process"; wait "$process" || true; process=
done
median() { awk -v column="$1" '{ print $column }' "$SALESBRIDGE_DATA/figures" | sort -n | sed -n 2p; }
printf 'Medians of three: answers after %s ms; idle %s MB, %s MB at most\n' "$(median 1)" "$(median 2)" "$(median 3)"
