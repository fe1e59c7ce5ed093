#!/usr/bin/env bash
# Runs the tests with pytest in a virtual environment of their own.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
home="${XDG_CACHE_HOME:-$HOME/.cache}/salesbridge/examples/pytest"
if ! cmp --silent requirements.txt "$home/installed"; then
  python3 -m venv --clear "$home"
  "$home/bin/python" -m pip install --quiet --disable-pip-version-check --requirement requirements.txt
  cp requirements.txt "$home/installed"
fi
export PYTHONDONTWRITEBYTECODE=1
exec "$home/bin/python" -m pytest -q --color=no -p no:cacheprovider "$@"
