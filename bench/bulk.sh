#!/usr/bin/env bash
# What loading rows by bulk jobs costs our client, against curl with the same bytes into the same kind of org: each has a fresh one, in a process of its own.
# Usage: bench/bulk.sh [ROWS [ROWS_PER_JOB]]   (default 1000000 and 250000). Medians of three. Builds the release profile; files are in a throwaway folder.
# Both make, fill, queue and await jobs and read their results, one job uploaded while the one before it is worked on. curl's files are on disk, ours are made;
# ours also joins every result to its row.
set -euo pipefail
cd "$(dirname "$0")/.."
rows=${1:-1000000} per_job=${2:-250000}
target=${CARGO_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/salesbridge/target}
CARGO_TARGET_DIR=$target cargo build --quiet --locked --release --package salesbridge-salesforce --example bulk_load
load=$target/release/examples/bulk_load
folder=$(mktemp -d)
org=
trap '[ -z "$org" ] || kill "$org" 2>/dev/null; rm -rf "$folder"' EXIT

start_org() { # sets url, key, secret
  "$load" org >"$folder/org" & org=$!
  until [ -s "$folder/org" ]; do sleep 0.1; done
  read -r url key secret <"$folder/org"
}
stop_org() { kill "$org"; wait "$org" 2>/dev/null || true; org=; rm -f "$folder/org"; }
field() { sed -nE "s/.*\"$1\":\"([^\"]+)\".*/\1/p"; }
now() { date +%s.%N; }
since() { awk -v a="$1" -v b="$(now)" 'BEGIN { print b - a }'; }
add() { awk -v a="$1" -v b="$2" 'BEGIN { print a + b }'; }
call() { curl -sf -H "Authorization: Bearer $token" "$@"; }
finish() { # job
  local at; at=$(now)
  until call "$api/$1" | grep -q JobComplete; do sleep 0.05; done
  wait=$(add "$wait" "$(since "$at")"); at=$(now)
  call "$api/$1/successfulResults" -o "$folder/results"
  download=$(add "$download" "$(since "$at")")
}

by_ours() {
  start_org
  "$load" load "$url" "$key" "$secret" "$rows" "$per_job" | tee -a "$folder/ours"
  stop_org
}
by_curl() {
  start_org
  api=$url/services/data/v66.0/jobs/ingest
  token=$(curl -sf "$url/services/oauth2/token" -d grant_type=client_credentials -d "client_id=$key" -d "client_secret=$secret" | field access_token)
  upload=0 download=0 wait=0
  local begun before= number at job
  begun=$(now)
  for ((number = 0; number * per_job < rows; number++)); do
    at=$(now)
    job=$(call "$api" -H 'Content-Type: application/json' -d '{"object":"Lead","operation":"insert"}' | field id)
    call -T "$folder/$number.csv" -H 'Content-Type: text/csv' "$api/$job/batches"
    call -X PATCH -H 'Content-Type: application/json' -d '{"state":"UploadComplete"}' "$api/$job" >"$folder/queued"
    upload=$(add "$upload" "$(since "$at")")
    if [ -n "$before" ]; then finish "$before"; fi
    before=$job
  done
  finish "$before"
  printf 'rows %s wall_s %.2f upload_s %.2f wait_s %.2f download_s %.2f\n' "$rows" "$(since "$begun")" "$upload" "$wait" "$download" | tee -a "$folder/curl"
  stop_org
}
median() { awk -v name="$1" '{ for (at = 1; at < NF; at += 2) if ($at == name) print $(at + 1) }' "$folder/$2" | sort -n | sed -n 2p; }

"$load" write "$folder" "$rows" "$per_job"
for _ in 1 2 3; do by_ours; by_curl; done
echo "Medians of three, $rows rows of $(cat "$folder"/*.csv | wc -c) bytes together, jobs of $per_job:"
for who in ours curl; do
  printf '%-5s wall %6.2f s   upload %5.2f s   waiting %5.2f s   download %5.2f s' "$who" "$(median wall_s $who)" "$(median upload_s $who)" "$(median wait_s $who)" "$(median download_s $who)"
  if [ "$who" = ours ]; then printf '   cpu %5.2f s   memory at most %s MB' "$(median cpu_s ours)" "$(median peak_mb ours)"; fi
  echo
done
awk -v ours="$(median wall_s ours)" -v curl="$(median wall_s curl)" 'BEGIN { printf "ours / curl: %.2f\n", ours / curl }'
