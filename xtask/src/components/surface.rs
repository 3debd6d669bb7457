//! What a component imports and exports, read from the file. Nothing is validated: the host does that when it loads it.

use std::collections::BTreeSet;

use anyhow::{Result, bail};
use wasmparser::{Encoding, Parser, Payload};

/// The names of a component's own imports and exports, not of what is nested in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Surface {
    pub(super) imports: BTreeSet<String>,
    pub(super) exports: BTreeSet<String>,
}

/// Read it from a file's bytes.
///
/// # Errors
///
/// When the file is no WebAssembly, or a core module.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "of WebAssembly's thirty kinds of sections, five say what is imported and exported"
)]
pub(super) fn of(bytes: &[u8]) -> Result<Surface> {
    let mut depth = 0_u32;
    let mut surface = Surface::default();
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
                    surface.imports.insert(import?.name.name.to_owned());
                }
            }
            Payload::ComponentExportSection(section) if depth == 0 => {
                for export in section {
                    surface.exports.insert(export?.name.name.to_owned());
                }
            }
            _ => {}
        }
    }
    Ok(surface)
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

    /// The same, handing on what it imports under another name.
    fn exporting(import: &str, name: &str) -> Vec<u8> {
        let length = u8::try_from(name.len()).unwrap();
        // One export: of the instance with index 0, without a type of its own.
        let export = [&[0x01, 0x00, length], name.as_bytes(), &[0x05, 0x00, 0x00]].concat();
        let section = [&[0x0b, u8::try_from(export.len()).unwrap()], export.as_slice()].concat();
        [importing(import), section].concat()
    }

    fn names(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn the_imports_of_a_component_are_named() {
        let found = of(&importing("rollcall:connector/http-client@0.1.0")).unwrap();
        let expected =
            Surface { imports: names(&["rollcall:connector/http-client@0.1.0"]), exports: BTreeSet::new() };
        assert_eq!(found, expected);
    }

    #[test]
    fn the_exports_of_a_component_are_named() {
        let found = of(&exporting("in:only/x", "rollcall:connector/events@0.1.0")).unwrap();
        let exports = names(&["rollcall:connector/events@0.1.0"]);
        assert_eq!(found, Surface { imports: names(&["in:only/x"]), exports });
    }

    #[test]
    fn what_a_nested_component_imports_is_not_the_components_own() {
        let nested = importing("inner:only/x");
        let section = [&[0x04, u8::try_from(nested.len()).unwrap()], nested.as_slice()].concat();
        let own = importing("outer:only/x");
        let both = [COMPONENT.as_slice(), &section, own.get(8..).unwrap()].concat();
        assert_eq!(of(&both).unwrap().imports, names(&["outer:only/x"]));
    }

    #[test]
    fn a_core_module_is_refused() {
        let said = of(b"\0asm\x01\0\0\0").unwrap_err().to_string();
        assert_eq!(said, "it is a core module, not a component");
    }

    #[test]
    fn a_file_cut_short_is_refused() {
        let whole = importing("rollcall:connector/http-client@0.1.0");
        assert!(of(whole.get(..whole.len() - 3).unwrap()).is_err());
    }
}
