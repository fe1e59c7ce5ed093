#!/usr/bin/env bash
# Runs the tests with Jest, installed beside a copy of them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
home="${XDG_CACHE_HOME:-$HOME/.cache}/salesbridge/examples/jest"
mkdir -p "$home"
cp ./*.js package.json package-lock.json "$home"
cd "$home"
if ! cmp --silent package-lock.json installed; then
  npm ci --ignore-scripts --no-audit --no-fund --silent
  cp package-lock.json installed
fi
exec npx jest --colors=false "$@" 2>&1
