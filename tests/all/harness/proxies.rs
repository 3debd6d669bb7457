//! Forward proxies that we did not write. A missing program is a failure that names its package.

use super::{PROXY_PASSWORD, PROXY_USER};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// Ports to try, because another program may take one between finding and using it.
const PORTS_TRIED: u32 = 5;

/// A proxy at work, with the tests' name and password. Dropped, it is killed.
pub(crate) struct ProxyProcess {
    pub(crate) address: SocketAddr,
    child: Child,
    folder: TempDir,
}

impl ProxyProcess {
    /// How often Squid has refused a login.
    pub(crate) fn n_refused(&self) -> usize {
        let log = fs::read_to_string(self.folder.path().join("access.log")).unwrap_or_default();
        log.lines().filter(|line| line.contains("/407 ")).count()
    }
}

impl Drop for ProxyProcess {
    fn drop(&mut self) {
        // It has ended if either fails, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The HTTP proxy of Debian's package of the same name.
pub(crate) fn tinyproxy() -> ProxyProcess {
    started(|port, folder| {
        let configuration = folder.path().join("tinyproxy.conf");
        let text = format!(
            "Port {port}\nListen 127.0.0.1\nTimeout 60\nLogLevel Info\nMaxClients 100\nAllow 127.0.0.1\n\
             BasicAuth {PROXY_USER} {PROXY_PASSWORD}\n"
        );
        fs::write(&configuration, text).expect("the folder can be written");
        let mut child = spawn(Command::new("tinyproxy").arg("-d").arg("-c").arg(configuration), "tinyproxy");
        let output = BufReader::new(child.stdout.take().expect("stdout is a pipe"));
        // It says so once it listens, and ends without saying so when it cannot.
        let mut lines = output.lines().map_while(Result::ok);
        let listens = lines.any(|line| line.contains("Accepting connections"));
        // What it logs from here on must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        (child, listens)
    })
}

/// The HTTP proxy of Debian's package of the same name, and what it logs.
pub(crate) fn squid() -> ProxyProcess {
    started(|port, folder| {
        // Started by root, it goes on as somebody else, who must get here, too.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).expect("the folder is ours");
        let path = folder.path().display();
        let helper = folder.path().join("password");
        let script = format!(
            "#!/bin/sh\nwhile read -r login; do\n  \
             if [ \"$login\" = '{PROXY_USER} {PROXY_PASSWORD}' ]; then echo OK; else echo ERR; fi\ndone\n"
        );
        fs::write(&helper, script).expect("the folder can be written");
        fs::set_permissions(&helper, fs::Permissions::from_mode(0o755)).expect("the file is ours");
        let text = format!(
            "http_port 127.0.0.1:{port}\nvisible_hostname localhost\npid_filename none\nshutdown_lifetime 0 seconds\n\
             cache deny all\ncoredump_dir {path}\ncache_log {path}/cache.log\naccess_log stdio:{path}/access.log\n\
             buffered_logs off\nnetdb_filename none\n\
             auth_param basic program {path}/password\nauth_param basic realm squid\n\
             acl known proxy_auth REQUIRED\nacl tunnel method CONNECT\nhttp_access allow tunnel known\n\
             http_access deny all\n"
        );
        let configuration = folder.path().join("squid.conf");
        fs::write(&configuration, text).expect("the folder can be written");
        let mut command = Command::new("/usr/sbin/squid");
        let mut child = spawn(command.arg("-N").arg("-f").arg(configuration), "squid");
        let listens = listens(&mut child, || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok());
        (child, listens)
    })
}

/// The SOCKS5 proxy of Debian's package of the same name.
pub(crate) fn microsocks() -> ProxyProcess {
    started(|port, _| {
        let port_text = port.to_string();
        let words = ["-i", "127.0.0.1", "-p", &port_text, "-u", PROXY_USER, "-P", PROXY_PASSWORD];
        let mut child = spawn(Command::new("microsocks").args(words), "microsocks");
        let listens = listens(&mut child, || is_socks5(port));
        (child, listens)
    })
}

/// Whether a program listens that says nothing when it is ready: there is nothing to wait for but the port itself.
fn listens(child: &mut Child, answers: impl Fn() -> bool) -> bool {
    loop {
        if answers() {
            return true;
        }
        if child.try_wait().expect("it is our child").is_some() {
            return false;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn started(mut start: impl FnMut(u16, &TempDir) -> (Child, bool)) -> ProxyProcess {
    for _ in 0..PORTS_TRIED {
        let (port, folder) = (free_port(), tempfile::tempdir().expect("a folder can be made"));
        let (child, listens) = start(port, &folder);
        let proxy = ProxyProcess { address: (Ipv4Addr::LOCALHOST, port).into(), child, folder };
        if listens {
            return proxy;
        }
    }
    panic!("the proxy does not start on any of {PORTS_TRIED} ports");
}

#[track_caller]
fn spawn(command: &mut Command, package: &str) -> Child {
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    child.unwrap_or_else(|error| {
        panic!("{package} cannot be started: {error}; run `apt-get install {package}`")
    })
}

/// A port that nobody listens on.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a loopback port can be had");
    listener.local_addr().expect("it is bound").port()
}

/// Whether a SOCKS5 server answers that it wants name and password.
fn is_socks5(port: u16) -> bool {
    let Ok(mut stream) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)) else { return false };
    let mut answer = [0; 2];
    stream.write_all(&[5, 1, 2]).is_ok() && stream.read_exact(&mut answer).is_ok() && answer == [5, 2]
}
