#!/usr/bin/env bash
# Runs the tests with cargo; what the product has built is not built again. The lock file follows the local org's dependencies.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
exec cargo test --quiet "$@"
