//! What a component imports, read from the file. Nothing is validated: the host does that when it loads it.

use std::collections::BTreeSet;

use anyhow::{Result, bail};
use wasmparser::{Encoding, Parser, Payload};

/// The names of the component's own imports, not of what is nested in it.
///
/// # Errors
///
/// When the file is no WebAssembly, or a core module.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "of WebAssembly's thirty kinds of sections, four say what is imported"
)]
pub(super) fn of(bytes: &[u8]) -> Result<BTreeSet<String>> {
    let mut depth = 0_u32;
    let mut names = BTreeSet::new();
    for payload in Parser::new(0).parse_all(bytes) {
        match payload? {
            Payload::Version { encoding: Encoding::Module, .. } if depth == 0 => {
                bail!("it is a core module, not a component")
            }
            // A nested module or component follows, closed by an `End` of its own.
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(section) if depth == 0 => {
                for import in section {
                    names.insert(import?.name.name.to_owned());
                }
            }
            _ => {}
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A component's first eight bytes.
    const COMPONENT: [u8; 8] = *b"\0asm\x0d\0\x01\0";

    /// An import section with one import of an (empty) instance type, which is type 0.
    fn importing(name: &str) -> Vec<u8> {
        let instance_type = [0x07, 0x03, 0x01, 0x42, 0x00];
        let length = u8::try_from(name.len()).unwrap();
        let import = [&[0x01, 0x00, length], name.as_bytes(), &[0x05, 0x00]].concat();
        let section = [&[0x0a, u8::try_from(import.len()).unwrap()], import.as_slice()].concat();
        [COMPONENT.as_slice(), &instance_type, &section].concat()
    }

    #[test]
    fn the_imports_of_a_component_are_named() {
        let found = of(&importing("rollcall:connector/http@0.1.0")).unwrap();
        assert_eq!(found, BTreeSet::from(["rollcall:connector/http@0.1.0".to_owned()]));
    }

    #[test]
    fn what_a_nested_component_imports_is_not_the_components_own() {
        let nested = importing("inner:only/x");
        let section = [&[0x04, u8::try_from(nested.len()).unwrap()], nested.as_slice()].concat();
        let own = importing("outer:only/x");
        let both = [COMPONENT.as_slice(), &section, own.get(8..).unwrap()].concat();
        assert_eq!(of(&both).unwrap(), BTreeSet::from(["outer:only/x".to_owned()]));
    }

    #[test]
    fn a_core_module_is_refused() {
        let said = of(b"\0asm\x01\0\0\0").unwrap_err().to_string();
        assert_eq!(said, "it is a core module, not a component");
    }

    #[test]
    fn a_file_cut_short_is_refused() {
        let whole = importing("rollcall:connector/http@0.1.0");
        assert!(of(whole.get(..whole.len() - 3).unwrap()).is_err());
    }
}
