//! Fetching the library's sources and wasi-libc from the Debian mirror that this machine's apt already uses.
//! No host name is written here, and the machine's own sources, lists and caches stay untouched: apt is given private ones.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use super::TARGET;
use crate::say;
use crate::shell;

/// Debian's suites that carry the packages: recent Rust for the stable release, and what comes next.
const SUITES: [&str; 2] = ["trixie-backports", "sid"];

/// Where Debian keeps the keys its suites are signed by; the newer releases changed the ending.
const KEYRINGS: [&str; 2] =
    ["/usr/share/keyrings/debian-archive-keyring.gpg", "/usr/share/keyrings/debian-archive-keyring.pgp"];

/// What the build needs.
#[derive(Debug)]
pub(super) struct Sources {
    /// Rust's `library` folder.
    pub(super) library: PathBuf,
    /// wasi-libc's folder for the target.
    pub(super) wasi_libc: PathBuf,
}

/// Download and unpack into `aside`.
///
/// # Errors
///
/// When this is no Debian, the mirror cannot be reached, or it has no sources of this very release.
pub(super) fn fetch(aside: &Path, release: &str) -> Result<Sources> {
    for tool in ["apt-get", "apt-cache", "dpkg-deb", "tar"] {
        if shell::find(tool).is_none() {
            bail!("{tool} is not on this machine, which seems to be no Debian");
        }
    }
    let apt = Apt::new(aside)?;
    let mirror = mirror(&apt)?;
    apt.use_suites(&mirror)?;
    say::note(&format!("reading the package lists of {} from {mirror}", SUITES.join(" and ")));
    shell::read(apt.command("apt-get").arg("update"))?;
    let rust_src = apt.versions("rust-src")?;
    let rust_src = of_release(&rust_src, release).with_context(|| {
        let found: Vec<_> = rust_src.iter().map(|offer| offer.version.as_str()).collect();
        format!("{mirror} has no sources of Rust {release}; it offers rust-src {}", found.join(", "))
    })?;
    let wasi_libc = apt.versions("wasi-libc")?;
    let wasi_libc =
        wasi_libc.first().with_context(|| format!("{mirror} has no wasi-libc in {}", SUITES.join(", ")))?;
    apt.download(&[format!("rust-src={}", rust_src.version), format!("wasi-libc={}", wasi_libc.version)])?;
    let library = format!("usr/src/rustc-{release}/library");
    let libc = format!("usr/lib/{TARGET}");
    let unpacked = aside.join("unpacked");
    unpack(&apt.package("rust-src")?, &library, &unpacked)?;
    unpack(&apt.package("wasi-libc")?, &libc, &unpacked)?;
    Ok(Sources { library: unpacked.join(library), wasi_libc: unpacked.join(libc) })
}

/// The mirror that serves the machine's own Debian.
fn mirror(apt: &Apt) -> Result<String> {
    let known = shell::read(Command::new("apt-get").args(INDEX_TARGETS))?;
    if let Some(mirror) = debian_mirror(&known) {
        return Ok(mirror);
    }
    // A machine whose lists are empty knows no targets yet. They are read into a folder of ours.
    say::note("apt's lists are empty here: reading the machine's own sources into a private folder");
    let own = apt.private_lists_option("own-lists")?;
    shell::read(Command::new("apt-get").args(PRIVATE).args(["-o", &own]).arg("update"))?;
    let known = shell::read(Command::new("apt-get").args(PRIVATE).args(["-o", &own]).args(INDEX_TARGETS))?;
    debian_mirror(&known).context("apt's configuration names no mirror of Debian")
}

const INDEX_TARGETS: [&str; 4] =
    ["indextargets", "--format", "$(ORIGIN)|$(SUITE)|$(REPO_URI)", "Created-By: Packages"];

/// Why: apt otherwise drops to its own user, who may not read our folder; fetches translations, which are not needed; and
/// calls an update that fetched nothing a success.
const PRIVATE: [&str; 6] =
    ["-o", "APT::Sandbox::User=root", "-o", "Acquire::Languages=none", "-o", "APT::Update::Error-Mode=any"];

/// The first target of Debian itself that is not the security archive, which carries other suites.
fn debian_mirror(targets: &str) -> Option<String> {
    targets
        .lines()
        .filter_map(|line| {
            let mut fields = line.splitn(3, '|');
            Some((fields.next()?, fields.next()?, fields.next()?))
        })
        .find(|(origin, suite, _)| *origin == "Debian" && !suite.contains("security"))
        .map(|(_, _, uri)| uri.to_owned())
}

/// One line of `apt-cache madison`: newest first.
#[derive(Debug, PartialEq, Eq)]
struct Offer {
    version: String,
}

fn offers(madison: &str) -> Vec<Offer> {
    madison
        .lines()
        .filter_map(|line| line.split('|').nth(1))
        .map(|version| Offer { version: version.trim().to_owned() })
        .collect()
}

/// The newest packaging of exactly this release.
fn of_release<'a>(offers: &'a [Offer], release: &str) -> Option<&'a Offer> {
    offers.iter().find(|offer| {
        offer.version.strip_prefix(release).is_some_and(|rest| rest.starts_with(['+', '-', '~']))
    })
}

/// Apt with sources, lists and cache of its own.
#[derive(Debug)]
struct Apt {
    folder: PathBuf,
    sources: PathBuf,
}

impl Apt {
    fn new(aside: &Path) -> Result<Self> {
        let folder = aside.join("apt");
        for part in ["packages", "lists", "cache"] {
            let part = folder.join(part);
            fs::create_dir_all(&part).with_context(|| format!("cannot create {}", part.display()))?;
        }
        Ok(Self { sources: folder.join("sources.list"), folder })
    }

    fn use_suites(&self, mirror: &str) -> Result<()> {
        let keyring = KEYRINGS.iter().find(|keyring| Path::new(keyring).is_file());
        let keyring = keyring.with_context(|| {
            format!("Debian's keys are in none of {KEYRINGS:?}; install debian-archive-keyring")
        })?;
        let lines: String =
            SUITES.iter().map(|suite| format!("deb [signed-by={keyring}] {mirror} {suite} main\n")).collect();
        fs::write(&self.sources, lines).with_context(|| format!("cannot write {}", self.sources.display()))
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.args(PRIVATE).args(["-o", "Dir::Etc::SourceParts=/dev/null"]);
        for (key, path) in [
            ("Dir::Etc::SourceList", self.sources.clone()),
            ("Dir::State::Lists", self.folder.join("lists")),
            ("Dir::Cache", self.folder.join("cache")),
        ] {
            command.arg("-o").arg(format!("{key}={}", path.display()));
        }
        command
    }

    fn private_lists_option(&self, name: &str) -> Result<String> {
        let lists = self.folder.join(name);
        fs::create_dir_all(&lists).with_context(|| format!("cannot create {}", lists.display()))?;
        Ok(format!("Dir::State::Lists={}", lists.display()))
    }

    fn versions(&self, package: &str) -> Result<Vec<Offer>> {
        Ok(offers(&shell::read(self.command("apt-cache").args(["madison", package]))?))
    }

    fn download(&self, packages: &[String]) -> Result<()> {
        say::note(&format!("downloading {}", packages.join(" and ")));
        let mut get = self.command("apt-get");
        get.arg("download").args(packages).current_dir(self.folder.join("packages"));
        shell::read(&mut get).map(drop)
    }

    /// The downloaded file of a package.
    fn package(&self, name: &str) -> Result<PathBuf> {
        let folder = self.folder.join("packages");
        for entry in
            fs::read_dir(&folder).with_context(|| format!("cannot look into {}", folder.display()))?
        {
            let path = entry?.path();
            let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if file.starts_with(&format!("{name}_")) && file.ends_with(".deb") {
                return Ok(path);
            }
        }
        bail!("apt-get downloaded no {name} into {}", folder.display())
    }
}

/// Take one folder out of a package, without installing it.
fn unpack(package: &Path, folder: &str, into: &Path) -> Result<()> {
    fs::create_dir_all(into).with_context(|| format!("cannot create {}", into.display()))?;
    let mut dpkg = Command::new("dpkg-deb");
    dpkg.arg("--fsys-tarfile").arg(package).stdout(Stdio::piped());
    let mut writer = dpkg.spawn().context("`dpkg-deb` cannot be started")?;
    let archive = writer.stdout.take().context("`dpkg-deb` has no output")?;
    let mut tar = Command::new("tar");
    tar.arg("-x").arg("-C").arg(into).arg(format!("./{folder}")).stdin(archive);
    let unpacked = tar.status().context("`tar` cannot be started")?;
    let written = writer.wait().context("`dpkg-deb` cannot be waited for")?;
    if !unpacked.success() || !written.success() {
        bail!("{} has no {folder}, or is damaged", package.display());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mirror_is_debians_own_and_not_the_security_archive() {
        let targets = "\
Node|nodistro|https://elsewhere.example/node
Debian|oldstable-security|http://mirror.example/debian-security/
Debian|oldstable|http://mirror.example/debian/
Debian|oldstable-updates|http://other.example/debian/
";
        assert_eq!(debian_mirror(targets).as_deref(), Some("http://mirror.example/debian/"));
    }

    #[test]
    fn a_machine_without_lists_knows_no_mirror() {
        assert_eq!(debian_mirror(""), None);
    }

    #[test]
    fn the_sources_chosen_are_of_the_very_release() {
        let offered = offers(
            "\
 rust-src | 1.95.10+dfsg1-1 | http://mirror.example/debian sid/main amd64 Packages
 rust-src | 1.95.1+dfsg1-1 | http://mirror.example/debian sid/main amd64 Packages
 rust-src | 1.95.0+dfsg1-2~bpo13+1 | http://mirror.example/debian trixie-backports/main amd64 Packages
",
        );
        let version = |release| of_release(&offered, release).map(|offer| offer.version.as_str());
        assert_eq!(
            (version("1.95.0"), version("1.95.1"), version("1.94.0")),
            (Some("1.95.0+dfsg1-2~bpo13+1"), Some("1.95.1+dfsg1-1"), None)
        );
    }
}
