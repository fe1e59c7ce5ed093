#!/usr/bin/env bash
# What a first sync, and a second one with nothing to send, cost against a local org in memory in a process of its own. Medians of three runs.
# Usage: bench/first-sync.sh [CLIENTS [calls|jobs]]   (default 100000 calls). Builds the release binary; data is in a throwaway folder. Needs python3 and jq.
set -euo pipefail
cd "$(dirname "$0")/.."
clients=${1:-100000} manner=${2:-calls}
target=${CARGO_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/salesbridge/target}
CARGO_TARGET_DIR=$target cargo build --quiet --locked --release --package salesbridge-cli
salesbridge=$target/release/salesbridge
folder=$(mktemp -d)
org=
trap '[ -z "$org" ] || kill "$org" 2>/dev/null; rm -rf "$folder"' EXIT
if [ "$manner" = calls ]; then export SALESBRIDGE_SYNC_BULK_FROM_ROWS=0; fi

awk -v clients="$clients" 'BEGIN {
  print "key,email,first_name,last_name,phone,address_residential_street,address_residential_city,address_residential_postal_code,country_code,status"
  for (n = 1; n <= clients; n++)
    printf "C-%07d,person.%07d@example.com,Firstname%d,Lastname%07d,+1 212 555 %04d,%d Main Street,Springfield,%05d,US,Active\n", n, n, n % 977, n, n % 10000, n % 500, n % 99999
}' >"$folder/clients.csv"

measured() { # what command…
  local what=$1; shift
  python3 bench/measure.py "$folder/$what.figures" "$salesbridge" "$@" >"$folder/out" 2>&1 || { cat "$folder/out" >&2; exit 1; }
}
counted() { "$salesbridge" sync runs benchmark-leads --json | jq -r '.items[0] | "\(.counts.created) made, \(.counts.unchanged) unchanged, \(.api_calls) calls"'; }
for run in 1 2 3; do
  export SALESBRIDGE_DATA=$folder/data-$run
  "$salesbridge" local-org --listen 127.0.0.1:0 --json >"$folder/org-$run" 2>/dev/null & org=$!
  until [ -s "$folder/org-$run" ]; do sleep 0.1; done
  jq -r .consumer_secret "$folder/org-$run" >"$folder/secret"
  "$salesbridge" vault init >/dev/null 2>&1
  measured import client import "$folder/clients.csv"
  "$salesbridge" connection create benchmark --domain-url "$(jq -r .url "$folder/org-$run")" --consumer-key "$(jq -r .consumer_key "$folder/org-$run")" \
    --consumer-secret-file "$folder/secret" >/dev/null 2>&1
  "$salesbridge" connection edit benchmark --company Benchmark --yes >/dev/null 2>&1
  measured first sync run benchmark-leads; echo "run $run, first:  $(counted)"
  measured second sync run benchmark-leads; echo "run $run, second: $(counted)"
  echo "  database: $(du -sm "$SALESBRIDGE_DATA" | cut -f1) MB"
  kill "$org"; wait "$org" 2>/dev/null || true; org=
  rm -rf "$SALESBRIDGE_DATA"
done
median() { awk -v column="$1" '{ print $column }' "$folder/$2.figures" | sort -n | sed -n 2p; }
told() { printf '%-22s wall %8.2f s   cpu %8.2f s   memory at most %6.1f MB\n' "$2" "$(median 1 "$1")" "$(median 2 "$1")" "$(median 3 "$1")"; }
echo "Medians of three, $clients clients, by $manner:"
told import "import of the file"; told first "first sync"; told second "second sync"
