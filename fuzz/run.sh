#!/usr/bin/env bash
# Runs every fuzz target for SECONDS each (default 300), one after the other, from the fixtures of the tests.
#   fuzz/run.sh [SECONDS] [TARGET…]
# FUZZ_SUBJECT picks one language or format (see `subjects` in src/targets.rs); without it the first byte of an input does.
# Findings are left in fuzz/artifacts; fuzz/README.md says how they become tests.
set -euo pipefail
cd "$(dirname "$0")"

seconds=${1:-300}
shift || true
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(front_end scan trace recording infra grants config catalog)
build=target/$(rustc -vV | sed -n 's/^host: //p')/release

# Tests of the parsers need the stack that a run of the program gives them.
ulimit -s 65536 2>/dev/null || true
# The program has no `unsafe`; without the address sanitizer, runs are twice as fast.
cargo +nightly fuzz build --sanitizer none

for target in "${targets[@]}"; do
    mkdir -p "corpus/$target" "artifacts/$target"
    ./seeds.py "$target" "corpus/$target"
    echo "== $target ${FUZZ_SUBJECT:-}"
    # Coverage counters and the corpus come on top of the 512 MiB that users are promised.
    limit=1024
    "$build/$target" "corpus/$target" -artifact_prefix="artifacts/$target/" -max_total_time="$seconds" -timeout=20 \
        -rss_limit_mb="$limit" -max_len=16384 -print_final_stats=1 2>&1 |
        grep -E '^stat::|ERROR|SUMMARY|panicked|Test unit|DONE|ALARM' || true
done
if find artifacts -type f | grep .; then
    echo "these inputs fail"
    exit 1
fi
