module rollcall.example/roster

go 1.26

require go.bytecodealliance.org/pkg v0.4.0

// The copy that `build.sh` takes out of wit-bindgen's own package, so that it fits the bindings.
replace go.bytecodealliance.org/pkg => ./build/go-pkg
