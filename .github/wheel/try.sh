#!/usr/bin/env bash
# Builds the wheel, installs it into a fresh virtual environment and uses it there. Arguments go to `maturin build`,
# such as `--profile dev` for a quick one.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/build"
"$work/build/bin/pip" install --quiet 'maturin>=1.9,<2'
"$work/build/bin/maturin" build --locked --out "$work/dist" "$@"

python3 -m venv "$work/use"
"$work/use/bin/pip" install --quiet --no-index "$work"/dist/ddscope-*.whl
cd ../..
export PATH="$work/use/bin:$PATH"
test "$(command -v ddscope)" = "$work/use/bin/ddscope"
ddscope --version
ddscope scan examples/oncall-digest --quiet | tee "$work/out"
grep -q '^app-key: .*monitors_read' "$work/out"
"$work/use/bin/pip" uninstall --quiet --yes ddscope
test ! -e "$work/use/bin/ddscope"
echo "the wheel works: $(basename "$work"/dist/*.whl)"
