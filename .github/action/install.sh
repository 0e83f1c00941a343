#!/usr/bin/env bash
# Puts ddscope on the runner: the given binary, a release checked against its sums, else built from the action's own source.
set -euo pipefail

say() { echo "binary=$1" >>"$GITHUB_OUTPUT"; }

if [ -n "${DDSCOPE_BINARY:-}" ]; then
    say "$(command -v -- "$DDSCOPE_BINARY")"
    exit
fi

# Runners unpack an action into …/_actions/OWNER/REPOSITORY/REF.
repository='' ref=''
if [[ "$GITHUB_ACTION_PATH" =~ /_actions/([^/]+/[^/]+)/([^/]+)/?$ ]]; then
    repository=${BASH_REMATCH[1]} ref=${BASH_REMATCH[2]}
fi
version=${DDSCOPE_VERSION:-$ref}
into="${RUNNER_TEMP:-/tmp}/ddscope"
mkdir -p "$into"

if [[ -z $repository || ! $version =~ ^v[0-9]+\.[0-9]+\.[0-9]+ ]]; then
    echo "no release is named by '${version:-a local path}': building from source"
    cargo install --quiet --locked --path "$GITHUB_ACTION_PATH" --root "$into"
    say "$into/bin/ddscope"
    exit
fi

case "${RUNNER_OS:-Linux}-${RUNNER_ARCH:-X64}" in
    Linux-X64) target=x86_64-unknown-linux-musl ;;
    Linux-ARM64) target=aarch64-unknown-linux-musl ;;
    macOS-X64) target=x86_64-apple-darwin ;;
    macOS-ARM64) target=aarch64-apple-darwin ;;
    *)
        echo "::error title=ddscope::no release for ${RUNNER_OS:-?} on ${RUNNER_ARCH:-?}%0Ahelp: build it and pass \`binary:\`"
        exit 2
        ;;
esac
name="ddscope-$version-$target"
from="${GITHUB_SERVER_URL:-https://github.com}/$repository/releases/download/$version"
cd "$into"
for file in "$name.tar.gz" SHA256SUMS; do
    curl --fail --silent --show-error --location --retry 3 --output "$file" "$from/$file"
done
if command -v sha256sum >/dev/null; then sum=(sha256sum); else sum=(shasum -a 256); fi
grep -F "  $name.tar.gz" SHA256SUMS | "${sum[@]}" --check --quiet -
tar -xzf "$name.tar.gz"
say "$into/$name/ddscope"
