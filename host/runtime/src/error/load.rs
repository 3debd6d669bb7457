//! Why a file is not taken for a connector, told to a person as well.
//!
//! Not here: finding it out (`connector`).

use std::path::PathBuf;

use super::GuestError;
use crate::model::Diagnosis;

/// What to do about a file that is something else.
const CHOOSE: (&str, &str) = (
    "choose the file that the connector's author published: a WebAssembly component, built for wasm32-wasip2",
    "请选择连接器作者发布的文件：为 wasm32-wasip2 构建的 WebAssembly 组件",
);

/// What to do about a file that only its author can mend.
const TELL: (&str, &str) = ("tell the connector's author", "请联系连接器的作者");

/// Why a component cannot be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The file cannot be read.
    #[error("connector {path:?} cannot be read: {cause}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// The file is larger than a component may be.
    #[error("connector has {found_bytes} bytes, more than the {limit_bytes} a component may have")]
    TooLarge {
        /// Its size.
        found_bytes: u64,
        /// The most.
        limit_bytes: u64,
    },
    /// The file is no component, or is damaged.
    #[error("connector is {what}")]
    Invalid {
        /// What it is instead.
        what: NoComponent,
        /// How whoever should compile it put it.
        detail: String,
    },
    /// It is a component that does something else.
    #[error("component is no connector: it does not export {export:?}")]
    NotAConnector {
        /// What every connector exports.
        export: String,
    },
    /// It asks for something that no connector is given.
    #[error("connector imports {import:?}, which is not granted: {why}")]
    ImportNotGranted {
        /// The import's name.
        import: String,
        /// What it would be able to do.
        why: &'static str,
    },
    /// It was built for a version of the contract that this host does not speak.
    #[error("connector keeps contract {found}, and this host speaks {contract}")]
    OtherContract {
        /// The host's contract.
        contract: &'static str,
        /// The connector's.
        found: String,
    },
    /// It does not do what the contract that it names says.
    #[error("connector does not fit contract {contract}: {cause}")]
    Incompatible {
        /// The host's contract.
        contract: &'static str,
        /// What does not fit.
        cause: String,
    },
    /// It could not say who it is.
    #[error("connector cannot describe itself: {0}")]
    Describe(#[source] GuestError),
    /// What it says about itself breaks the contract.
    #[error("connector describes itself wrongly: {0}")]
    Descriptor(String),
}

/// What a file is that should be a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoComponent {
    /// Nothing.
    Empty,
    /// A text, a picture, an archive.
    NotWebAssembly,
    /// A module, as compilers made them before there were components.
    Module,
    /// A component with asynchronous functions, as WASI 0.3 has them.
    Asynchronous,
    /// A component that cannot be read to its end, or not by this version.
    Damaged,
}

impl NoComponent {
    /// Once it turned out that these bytes are no component.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        // Source: the component model's binary format: a magic number, a version, and a layer, which of a module is 0.
        match bytes {
            [] => Self::Empty,
            [0, b'a', b's', b'm', _, _, 0, 0, ..] => Self::Module,
            [0, b'a', b's', b'm', ..] => Self::Damaged,
            [..] => Self::NotWebAssembly,
        }
    }
}

impl std::fmt::Display for NoComponent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Empty => "an empty file",
            Self::NotWebAssembly => "a file that is not webassembly",
            Self::Module => "a core webassembly module and not a component",
            Self::Asynchronous => "a component with asynchronous functions, which the contract has none of",
            Self::Damaged => "a component that is damaged or newer than this host",
        })
    }
}

impl LoadError {
    /// The same for a person who chose the file.
    #[must_use]
    pub fn diagnosis(&self) -> Diagnosis {
        let told = |code, english: String, chinese: String, (remedy, in_chinese): (&str, &str)| {
            Diagnosis::new(code, english).with_remedy(remedy).in_chinese(chinese, in_chinese)
        };
        match self {
            Self::Read { path, cause } => {
                let path = path.display();
                Diagnosis::new(
                    "connector-unreadable",
                    format!("the connector {path} cannot be read: {cause}"),
                )
                .in_chinese(format!("无法读取连接器 {path}：{cause}"), "")
            }
            Self::TooLarge { found_bytes, limit_bytes } => {
                let limit = limit_bytes >> 20;
                let english =
                    format!("the file has {found_bytes} bytes, and a connector at most {limit} MiB");
                let chinese = format!("该文件有 {found_bytes} 字节，超过了连接器的上限 {limit} MiB");
                told("connector-too-large", english, chinese, CHOOSE)
            }
            Self::Invalid { what, detail } => what.diagnosis().with_fact("detail", detail),
            Self::NotAConnector { export } => {
                let english = "the file is a WebAssembly component, and not a connector".to_owned();
                let chinese = "该文件是 WebAssembly 组件，但不是连接器".to_owned();
                told("contract-incompatible", english, chinese, CHOOSE).with_fact("missing export", export)
            }
            Self::ImportNotGranted { import, why } => {
                let english = format!("the connector asks for {import}, which no connector is given: {why}");
                let chinese = format!("该连接器要求不予提供的能力 {import}");
                let remedy = (
                    "build it for world `connector` of this program's contract (wit/), with nothing beside it",
                    "请按本程序的接口约定（wit/）中的 connector world 构建，不要引入其他接口",
                );
                told("import-not-granted", english, chinese, remedy)
            }
            Self::OtherContract { contract, found } => {
                let english = format!("the connector was built for {found}, and this program for {contract}");
                let chinese = format!("该连接器为接口约定 {found} 构建，而本程序使用 {contract}");
                let remedy = (
                    "use a connector and a program of the same minor version",
                    "请使用次版本号相同的连接器与主程序",
                );
                told("contract-incompatible", english, chinese, remedy)
            }
            Self::Incompatible { contract, cause } => {
                let english = format!("the connector does not do what {contract} says, which it names");
                let chinese = format!("该连接器与其声明的接口约定 {contract} 不符");
                told("contract-incompatible", english, chinese, TELL).with_fact("detail", cause)
            }
            Self::Describe(error) => {
                let english = format!("the connector failed as it was asked who it is: {error}");
                let chinese = "该连接器在说明自身时出错".to_owned();
                told("connector-unusable", english, chinese, TELL)
            }
            Self::Descriptor(what) => {
                let english = format!("the connector describes itself wrongly: {what}");
                let chinese = "该连接器对自身的说明不符合接口约定".to_owned();
                told("connector-unusable", english, chinese, TELL)
            }
        }
    }
}

impl NoComponent {
    fn diagnosis(self) -> Diagnosis {
        let (english, chinese, (remedy, in_chinese)) = match self {
            Self::Empty => ("the file is empty", "该文件是空的", CHOOSE),
            Self::NotWebAssembly => ("the file is not WebAssembly", "该文件不是 WebAssembly 文件", CHOOSE),
            Self::Module => (
                "the file is a plain WebAssembly module, and not a component",
                "该文件是普通的 WebAssembly 模块，不是组件",
                CHOOSE,
            ),
            Self::Asynchronous => (
                "the file is a component with asynchronous functions, and the contract has none",
                "该文件是带异步函数的组件，而接口约定中没有异步函数",
                (
                    "build it with synchronous functions, for WASI 0.2: docs/connector-guide.md has the options of each \
                     language's tools",
                    "请以同步方式、针对 WASI 0.2 重新构建；各语言工具的选项见 docs/connector-guide.md",
                ),
            ),
            Self::Damaged => (
                "the file is a WebAssembly component that is damaged, cut short, or newer than this program",
                "该文件是 WebAssembly 组件，但已损坏、不完整，或比本程序更新",
                (
                    "fetch it again; if it stays like this, tell the connector's author",
                    "请重新获取该文件；若仍然如此，请联系连接器的作者",
                ),
            ),
        };
        Diagnosis::new("connector-invalid", english).with_remedy(remedy).in_chinese(chinese, in_chinese)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_is_instead_of_a_component_is_told_by_how_it_begins() {
        for (bytes, expected) in [
            (&b""[..], NoComponent::Empty),
            (b"#!/bin/sh", NoComponent::NotWebAssembly),
            (b"\0as", NoComponent::NotWebAssembly),
            (b"\0asm\x01\0\0\0", NoComponent::Module),
            (b"\0asm\x0d\0\x01\0\x07", NoComponent::Damaged),
            (b"\0asm", NoComponent::Damaged),
        ] {
            assert_eq!(NoComponent::of(bytes), expected, "{bytes:?}");
        }
    }
}
