#!/usr/bin/env bash
# Installs stem's wheel as people do, each time in an empty place, and tries what comes of it.
#
#     packaging/install.sh [PYTHON]
#
# pip and pipx take the newest versions that the tests know, uv the oldest that stem says it runs with.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${1:-python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$python" -m venv "$work/tools"
tools="$work/tools/bin"
"$tools/pip" --disable-pip-version-check --quiet install build hatchling pipx uv
"$tools/python" -m build --no-isolation --outdir "$work/dist" . >/dev/null
wheel=$(ls "$work"/dist/*.whl)
for file in licenses/LICENSE licenses/NOTICE entry_points.txt; do
  "$tools/python" -m zipfile -l "$wheel" | grep -F "dist-info/$file" >/dev/null
done
tar -tzf "$work"/dist/*.tar.gz | grep "/scripts/aankomen.j2$" >/dev/null

"$python" -m venv "$work/pip"
"$work/pip/bin/pip" --disable-pip-version-check --quiet install --constraint constraints.txt "$wheel"
"$python" packaging/smoke.py "$work/pip/bin/python" -P -m stem

export PIPX_HOME="$work/pipx" PIPX_BIN_DIR="$work/pipx/bin" PIPX_MAN_DIR="$work/pipx/man"
"$tools/pipx" install --quiet --python "$python" --pip-args="--constraint $PWD/constraints.txt" "$wheel"
"$python" packaging/smoke.py "$PIPX_BIN_DIR/stem"

export UV_TOOL_DIR="$work/uv/tools" UV_TOOL_BIN_DIR="$work/uv/bin"
"$tools/uv" --quiet tool install --python "$python" --constraints constraints-lowest.txt "$wheel"
"$python" packaging/smoke.py "$UV_TOOL_BIN_DIR/stem"
