#!/usr/bin/env bash
# Make a component of the connector in Go: build/roster-go.wasm. README.md beside this file says what each step is for.
#
#   ./build.sh            the roster
#   ./build.sh misuse     build/misuse-go.wasm: the same with a `sync` that does what a connector must not do
set -euo pipefail
cd "$(dirname "$0")"

wit_bindgen=0.63.0
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
  lack "Go 1.26 or later is missing" "install it; earlier ones were not tried"
fi
if ! has cargo; then
  lack "cargo is missing, which brings the tools" "install Rust"
fi
if ! has wit-bindgen || ! wit-bindgen --version | grep -qF " $wit_bindgen"; then
  lack "wit-bindgen $wit_bindgen is missing" \
    "cargo install --locked wit-bindgen-cli@$wit_bindgen --no-default-features --features go"
fi
if ! has wasm-tools; then
  lack "wasm-tools is missing" "cargo install --locked wasm-tools@1.263.0 --no-default-features --features component"
fi
if [ "$missing" -ne 0 ]; then exit 1; fi

mkdir -p build

# The adapter from the WASI that Go speaks, and the runtime of the generated bindings, out of the packages that have them.
if ! cmp --silent toolchain/Cargo.lock build/vendored.lock; then
  rm -rf build/vendor
  cargo vendor --quiet --locked --manifest-path toolchain/Cargo.toml build/vendor >/dev/null
  # Last: what was half fetched is fetched anew.
  cp toolchain/Cargo.lock build/vendored.lock
fi
adapter=build/vendor/wasi-preview1-component-adapter-provider/artefacts/wasi_snapshot_preview1.reactor.wasm
rm -rf build/go-pkg
cp -r build/vendor/wit-bindgen-go/src/pkg build/go-pkg
# It asks for the newest Go and needs none of its news.
go mod edit -go=1.26 build/go-pkg/go.mod

# Go packages from the contract.
rm -rf wit/imports wit/exports/wit_exports
wit-bindgen go "$contract" --world "$world" --pkg-name rollcall.example/roster/wit --out-dir wit \
  2> >(grep -v '^Generating ' >&2)

overlay=()
if [ "$name" = misuse ]; then
  replaced=wit/exports/export_rollcall_connector_identity_source/exports.go
  printf '{"Replace": {"%s": "misuse/exports.go"}}\n' "$replaced" >build/overlay.json
  overlay=(-overlay build/overlay.json)
fi

# A module of WebAssembly. The runtime of the bindings links to `runtime.sbrk` by name, which Go's linker refuses
# unless told otherwise.
GOOS=wasip1 GOARCH=wasm go build "${overlay[@]}" -buildmode=c-shared -trimpath \
  -ldflags='-s -w -checklinkname=0' -o build/module.wasm .

# A component: the module with the contract's types, and the adapter.
wasm-tools component embed "$contract" --world "$world" build/module.wasm --output build/typed.wasm
wasm-tools component new build/typed.wasm --adapt "wasi_snapshot_preview1=$adapter" --output "build/$name-go.wasm"
rm build/module.wasm build/typed.wasm
echo "$PWD/build/$name-go.wasm"
