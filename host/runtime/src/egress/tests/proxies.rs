//! Each thing that a proxy does instead of connecting is told by what it is and by the proxy's name, in both languages, and
//! means that nothing was sent.

use std::time::Duration;

use expect_test::{Expect, expect};
use tokio::task::JoinSet;

use super::lab::{self, Peer, Then, authority};
use super::{BEHIND_PROXY, client, fetch, get, granting};
use crate::egress::{Client, Egress, Fault, Proxy, Reach, websocket};

const LOGIN: &str = "me:wr0ng@";
const SOON: Duration = Duration::from_secs(1);

/// A client that waits a second where others wait longer.
fn hasty(proxy: Proxy) -> Client {
    let egress = Egress { proxy: Some(proxy), ca_pem: Some(authority().as_bytes().to_vec()), allow: None };
    Client::new(&egress, Reach::Private).unwrap().with_patience(SOON)
}

fn told(fault: &Fault, peer: &Peer) -> String {
    let chinese = fault.diagnosis.localized("zh-CN");
    let text = format!(
        "{:?} {}\n{}\n  -> {}\n{}\n  -> {}\n",
        fault.kind,
        fault.diagnosis.code,
        fault.diagnosis.message,
        fault.diagnosis.remedy.as_deref().unwrap_or_default(),
        chinese.message,
        chinese.remedy.unwrap_or_default(),
    );
    text.replace(&peer.port().to_string(), "PORT")
}

/// What a request and a channel are told, which is the same.
async fn check(scheme: &str, login: &str, peer: &Peer, expected: Expect) {
    let proxy = || peer.proxy(scheme, login);
    let fault = fetch(&hasty(proxy()), get(&format!("{BEHIND_PROXY}/"))).await.unwrap_err();
    let text = told(&fault, peer);
    assert!(text.contains("127.0.0.1:PORT"), "it does not name the proxy: {text}");
    assert!(!format!("{fault:?}").contains("wr0ng"), "{fault:?}");
    expected.assert_eq(&text);
    let grants = granting(&[BEHIND_PROXY]);
    let url = BEHIND_PROXY.replace("https", "wss");
    let of_channel = websocket::connect(&hasty(proxy()), &grants, &url, &[]).await.unwrap_err();
    assert_eq!(of_channel, fault);
}

async fn answering(head: &str) -> Peer {
    let answer = format!("HTTP/1.1 {head}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    Peer::saying(&[answer.as_bytes()], Then::Close).await
}

#[tokio::test]
async fn a_wrong_password() {
    let peer = answering("407 X\r\nProxy-Authenticate: Basic realm=\"squid\"").await;
    check("http", LOGIN, &peer, expect![[r#"
        ProxyRefused proxy-auth-failed
        proxy http://127.0.0.1:PORT refuses this name and password
          -> Check the name and the password of the proxy. It is not asked again with this password, so that no account is locked.
        代理服务器 http://127.0.0.1:PORT 拒绝了所给的用户名和密码
          -> 请检查代理的用户名和密码。为避免账号被锁定，不会再用这个密码尝试。
    "#]]).await;
}

#[tokio::test]
async fn a_wrong_password_for_a_proxy_that_says_so_with_401() {
    let peer = answering("401 Unauthorized").await;
    check("http", LOGIN, &peer, expect![[r#"
        ProxyRefused proxy-auth-failed
        proxy http://127.0.0.1:PORT refuses this name and password
          -> Check the name and the password of the proxy. It is not asked again with this password, so that no account is locked.
        代理服务器 http://127.0.0.1:PORT 拒绝了所给的用户名和密码
          -> 请检查代理的用户名和密码。为避免账号被锁定，不会再用这个密码尝试。
    "#]]).await;
}

#[tokio::test]
async fn no_password() {
    let peer =
        answering("407 X\r\nProxy-Authenticate: Negotiate\r\nProxy-Authenticate: Basic realm=\"x\"").await;
    check(
        "http",
        "",
        &peer,
        expect![[r#"
        ProxyRefused proxy-password-missing
        proxy http://127.0.0.1:PORT wants a name and a password, and none is set
          -> Set the name and the password of the proxy, or let this host pass without them.
        代理服务器 http://127.0.0.1:PORT 要求用户名和密码，但没有配置
          -> 请配置代理的用户名和密码，或在代理上允许本机免登录访问。
    "#]],
    )
    .await;
}

#[tokio::test]
async fn another_scheme() {
    let peer = answering("407 X\r\nProxy-Authenticate: Negotiate\r\nProxy-Authenticate: NTLM").await;
    check("http", LOGIN, &peer, expect![[r#"
        ProxyRefused proxy-scheme-unsupported
        proxy http://127.0.0.1:PORT wants a login by Negotiate, NTLM; only a name and a password (Basic) can be given
          -> Let the proxy accept Basic for this host, let this host pass without a login, or put a proxy between that logs in this way (cntlm, px).
        代理服务器 http://127.0.0.1:PORT 要求以 Negotiate, NTLM 方式登录，而这里只支持用户名和密码（Basic）
          -> 请让代理对本机接受 Basic 方式或免登录，或在中间部署一个能以该方式登录的代理（如 cntlm、px）。
    "#]]).await;
    let peer = answering("407 X\r\nProxy-Authenticate: Digest realm=\"r\", nonce=\"n\"").await;
    check("http", "", &peer, expect![[r#"
        ProxyRefused proxy-scheme-unsupported
        proxy http://127.0.0.1:PORT wants a login by Digest; only a name and a password (Basic) can be given
          -> Let the proxy accept Basic for this host, let this host pass without a login, or put a proxy between that logs in this way (cntlm, px).
        代理服务器 http://127.0.0.1:PORT 要求以 Digest 方式登录，而这里只支持用户名和密码（Basic）
          -> 请让代理对本机接受 Basic 方式或免登录，或在中间部署一个能以该方式登录的代理（如 cntlm、px）。
    "#]]).await;
}

#[tokio::test]
async fn a_login_of_no_kind() {
    let peer = answering("407 X").await;
    check("http", LOGIN, &peer, expect![[r#"
        ProxyRefused proxy-scheme-unnamed
        proxy http://127.0.0.1:PORT refuses this login and does not say which kind it wants
          -> Check the name and the password, and on the proxy that it accepts Basic. It is not asked again with this password, so that no account is locked.
        代理服务器 http://127.0.0.1:PORT 拒绝了登录，也没有说明它要求的方式
          -> 请检查用户名和密码，并在代理上确认它接受 Basic 方式。为避免账号被锁定，不会再用这个密码尝试。
    "#]]).await;
    check(
        "http",
        "",
        &peer,
        expect![[r#"
        ProxyRefused proxy-scheme-unnamed
        proxy http://127.0.0.1:PORT wants a login and does not say of which kind; no name and password are set
          -> Set the name and the password of the proxy, or let this host pass without them.
        代理服务器 http://127.0.0.1:PORT 要求登录但没有说明方式，且没有配置用户名和密码
          -> 请配置代理的用户名和密码，或在代理上允许本机免登录访问。
    "#]],
    )
    .await;
}

#[tokio::test]
async fn a_target_that_is_forbidden() {
    let peer = answering("403 Forbidden\r\nContent-Type: text/html").await;
    check(
        "http",
        "",
        &peer,
        expect![[r#"
        ProxyRefused proxy-refused
        proxy http://127.0.0.1:PORT refuses a connection to directory.test:443: it answered 403 Forbidden
          -> Allow this target on the proxy, by its name: its addresses change.
        代理服务器 http://127.0.0.1:PORT 拒绝连接到 directory.test:443：其应答为 403 Forbidden
          -> 请在代理上按域名放行该目标，因为它的 IP 地址会变化。
    "#]],
    )
    .await;
}

#[tokio::test]
async fn a_web_server_in_the_place_of_a_proxy() {
    for status in ["400 Bad Request", "404 Not Found", "405 Method Not Allowed", "501 Not Implemented"] {
        let peer = answering(status).await;
        let result = fetch(&hasty(peer.proxy("http", "")), get(BEHIND_PROXY)).await;
        super::check(&result, &expect!["ProxyRefused proxy-no-tunnels"]);
    }
    let peer = answering("405 Method Not Allowed").await;
    check("http", "", &peer, expect![[r#"
        ProxyRefused proxy-no-tunnels
        proxy http://127.0.0.1:PORT does not accept CONNECT: it answered 405 Method Not Allowed
          -> Check that its address is that of a forward proxy and not of a web server, and that it tunnels TLS (CONNECT to port 443).
        代理服务器 http://127.0.0.1:PORT 不接受 CONNECT 请求：其应答为 405 Method Not Allowed
          -> 请确认该地址是正向代理而不是网站服务器，并且代理允许 TLS 隧道（对 443 端口的 CONNECT）。
    "#]]).await;
}

#[tokio::test]
async fn a_page_to_log_in_on() {
    let peer = answering("302 Found\r\nLocation: http://login.corp.test/?url=x&user=li").await;
    check("http", "", &peer, expect![[r#"
        ProxyRefused proxy-redirects
        proxy http://127.0.0.1:PORT sends this host to a web page at http://login.corp.test instead of connecting
          -> A log-in or notice page of the network stands in the way. Let this host pass without it.
        代理服务器 http://127.0.0.1:PORT 没有建立连接，而是转到网页 http://login.corp.test
          -> 网络的登录页或提示页挡住了连接。请让本机无需经过该页面即可访问。
    "#]]).await;
    let peer = answering("302 Found\r\nLocation: /login").await;
    check(
        "http",
        "",
        &peer,
        expect![[r#"
        ProxyRefused proxy-redirects
        proxy http://127.0.0.1:PORT sends this host to a web page instead of connecting
          -> A log-in or notice page of the network stands in the way. Let this host pass without it.
        代理服务器 http://127.0.0.1:PORT 没有建立连接，而是转到网页
          -> 网络的登录页或提示页挡住了连接。请让本机无需经过该页面即可访问。
    "#]],
    )
    .await;
}

#[tokio::test]
async fn a_target_that_cannot_be_reached() {
    let peer = answering("503 Service Unavailable").await;
    check(
        "http",
        "",
        &peer,
        expect![[r#"
        NotSent proxy-cannot-reach
        proxy http://127.0.0.1:PORT cannot reach directory.test:443: it answered 503 Service Unavailable
          -> Check that the proxy itself can resolve this name and connect to it.
        代理服务器 http://127.0.0.1:PORT 无法访问 directory.test:443：其应答为 503 Service Unavailable
          -> 请确认代理服务器本身能够解析该名称并连接到它。
    "#]],
    )
    .await;
}

#[tokio::test]
async fn silence() {
    let peer = Peer::saying(&[], Then::Stay).await;
    check("http", "", &peer, expect![[r#"
        NotSent proxy-silent
        proxy http://127.0.0.1:PORT takes the connection and says nothing: asked for directory.test:443, it did not answer within 1 s
          -> Check that the proxy works and can reach this target, and that its address is that of a proxy of this kind (http://, https:// or socks5://).
        代理服务器 http://127.0.0.1:PORT 接受了连接但没有应答：请求连接 directory.test:443 后，1 秒内没有任何响应
          -> 请确认代理工作正常、能够访问该目标，并且该地址确实是此类代理（http://、https:// 或 socks5://）。
    "#]]).await;
    check("socks5", "", &peer, expect![[r#"
        NotSent proxy-silent
        proxy socks5://127.0.0.1:PORT takes the connection and says nothing: asked for directory.test:443, it did not answer within 1 s
          -> Check that the proxy works and can reach this target, and that its address is that of a proxy of this kind (http://, https:// or socks5://).
        代理服务器 socks5://127.0.0.1:PORT 接受了连接但没有应答：请求连接 directory.test:443 后，1 秒内没有任何响应
          -> 请确认代理工作正常、能够访问该目标，并且该地址确实是此类代理（http://、https:// 或 socks5://）。
    "#]]).await;
    check(
        "https",
        "",
        &peer,
        expect![[r#"
        ProxyUnreachable proxy-unreachable
        proxy https://127.0.0.1:PORT cannot be reached: no answer within 1 s
          -> Check the proxy's address and port, and that this host may connect to it.
        无法连接代理服务器 https://127.0.0.1:PORT：1 秒内没有应答
          -> 请检查代理的地址和端口，并确认本机可以连接到该代理。
    "#]],
    )
    .await;
}

#[tokio::test]
async fn an_end_without_a_word() {
    let peer = Peer::saying(&[], Then::Close).await;
    check("http", "", &peer, expect![[r#"
        NotSent proxy-closes
        proxy http://127.0.0.1:PORT ends the connection without an answer
          -> Check on the proxy that it serves this host's address, and that its kind is right (http://, https:// or socks5://).
        代理服务器 http://127.0.0.1:PORT 没有应答就断开了连接
          -> 请在代理上确认它为本机的地址提供服务，并确认代理类型正确（http://、https:// 或 socks5://）。
    "#]]).await;
    check("socks5", "", &peer, expect![[r#"
        NotSent proxy-closes
        proxy socks5://127.0.0.1:PORT ends the connection without an answer
          -> Check on the proxy that it serves this host's address, and that its kind is right (http://, https:// or socks5://).
        代理服务器 socks5://127.0.0.1:PORT 没有应答就断开了连接
          -> 请在代理上确认它为本机的地址提供服务，并确认代理类型正确（http://、https:// 或 socks5://）。
    "#]]).await;
    let peer = Peer::saying(&[&[5, 0]], Then::Close).await;
    check("socks5", "", &peer, expect![[r#"
        NotSent proxy-closes
        proxy socks5://127.0.0.1:PORT ends the connection without an answer
          -> Check on the proxy that it serves this host's address, and that its kind is right (http://, https:// or socks5://).
        代理服务器 socks5://127.0.0.1:PORT 没有应答就断开了连接
          -> 请在代理上确认它为本机的地址提供服务，并确认代理类型正确（http://、https:// 或 socks5://）。
    "#]]).await;
}

#[tokio::test]
async fn garbage() {
    let peer = Peer::saying(&[b"\x01\x02\xffsomething\r\n\r\n"], Then::Close).await;
    check("http", "", &peer, expect![[r#"
        NotSent proxy-not-http
        proxy http://127.0.0.1:PORT does not speak HTTP; what it says cannot be read
          -> Check that its address and port are those of a proxy, and its kind (http://, https:// or socks5://).
        代理服务器 http://127.0.0.1:PORT 使用的不是 HTTP 协议，其应答无法识别
          -> 请检查地址和端口是否属于代理服务器，以及代理类型（http://、https:// 或 socks5://）。
    "#]]).await;
    check("socks5", "", &peer, expect![[r#"
        NotSent proxy-not-socks5
        proxy socks5://127.0.0.1:PORT does not speak SOCKS5; what it says cannot be read
          -> Check that its address and port are those of a proxy, and its kind (http://, https:// or socks5://).
        代理服务器 socks5://127.0.0.1:PORT 使用的不是 SOCKS5 协议，其应答无法识别
          -> 请检查地址和端口是否属于代理服务器，以及代理类型（http://、https:// 或 socks5://）。
    "#]]).await;
    check("https", "", &peer, expect![[r#"
        NotSent proxy-not-tls
        proxy https://127.0.0.1:PORT does not speak TLS; what it says cannot be read
          -> Check that its address and port are those of a proxy, and its kind (http://, https:// or socks5://).
        代理服务器 https://127.0.0.1:PORT 使用的不是 TLS 协议，其应答无法识别
          -> 请检查地址和端口是否属于代理服务器，以及代理类型（http://、https:// 或 socks5://）。
    "#]]).await;
}

#[tokio::test]
async fn a_page_in_the_place_of_the_target() {
    let peer = Peer::saying(&[b"HTTP/1.1 200 OK\r\n\r\n", b"<html>please log in</html>"], Then::Stay).await;
    check("http", "", &peer, expect![[r#"
        NotSent not-tls
        proxy http://127.0.0.1:PORT says that it connects to directory.test:443, and what answers there does not speak TLS
          -> The proxy, or something behind it, answers in the place of the target, such as with a notice page. Let this host pass to the target itself.
        代理服务器 http://127.0.0.1:PORT 表示已连接到 directory.test:443，但那里的应答不是 TLS
          -> 代理或其后的设备（例如提示页）代替目标作出了应答。请让本机能够直接访问该目标。
    "#]]).await;
}

#[tokio::test]
async fn tls_where_http_is_expected_and_the_reverse() {
    let alert = [0x15, 3, 3, 0, 2, 2, 70];
    let peer = Peer::saying(&[&alert], Then::Close).await;
    check(
        "http",
        "",
        &peer,
        expect![[r#"
        NotSent proxy-not-http
        proxy http://127.0.0.1:PORT does not speak HTTP; it speaks TLS
          -> Write its address with https://, if it is a proxy of this kind.
        代理服务器 http://127.0.0.1:PORT 使用的不是 HTTP 协议，而是 TLS
          -> 如果它是此类代理，请把地址写成 https:// 开头。
    "#]],
    )
    .await;
    check(
        "socks5",
        "",
        &peer,
        expect![[r#"
        NotSent proxy-not-socks5
        proxy socks5://127.0.0.1:PORT does not speak SOCKS5; it speaks TLS
          -> Write its address with https://, if it is a proxy of this kind.
        代理服务器 socks5://127.0.0.1:PORT 使用的不是 SOCKS5 协议，而是 TLS
          -> 如果它是此类代理，请把地址写成 https:// 开头。
    "#]],
    )
    .await;
    let peer = answering("400 Bad Request").await;
    check(
        "https",
        "",
        &peer,
        expect![[r#"
        NotSent proxy-not-tls
        proxy https://127.0.0.1:PORT does not speak TLS; it speaks HTTP
          -> Write its address with http://, if it is a proxy of this kind.
        代理服务器 https://127.0.0.1:PORT 使用的不是 TLS 协议，而是 HTTP
          -> 如果它是此类代理，请把地址写成 http:// 开头。
    "#]],
    )
    .await;
}

#[tokio::test]
async fn http_and_socks4_where_socks5_is_expected_and_the_reverse() {
    let peer = answering("400 Bad Request").await;
    check(
        "socks5",
        "",
        &peer,
        expect![[r#"
        NotSent proxy-not-socks5
        proxy socks5://127.0.0.1:PORT does not speak SOCKS5; it speaks HTTP
          -> Write its address with http://, if it is a proxy of this kind.
        代理服务器 socks5://127.0.0.1:PORT 使用的不是 SOCKS5 协议，而是 HTTP
          -> 如果它是此类代理，请把地址写成 http:// 开头。
    "#]],
    )
    .await;
    let peer = Peer::saying(&[&[0, 0x5b, 0, 0, 0, 0, 0, 0]], Then::Close).await;
    check(
        "socks5",
        "",
        &peer,
        expect![[r#"
            NotSent proxy-not-socks5
            proxy socks5://127.0.0.1:PORT does not speak SOCKS5; it speaks SOCKS4
              -> Check that its address and port are those of a proxy, and its kind (http://, https:// or socks5://).
            代理服务器 socks5://127.0.0.1:PORT 使用的不是 SOCKS5 协议，而是 SOCKS4
              -> 请检查地址和端口是否属于代理服务器，以及代理类型（http://、https:// 或 socks5://）。
        "#]],
    )
    .await;
    check(
        "http",
        "",
        &peer,
        expect![[r#"
            NotSent proxy-not-http
            proxy http://127.0.0.1:PORT does not speak HTTP; it speaks SOCKS4
              -> Check that its address and port are those of a proxy, and its kind (http://, https:// or socks5://).
            代理服务器 http://127.0.0.1:PORT 使用的不是 HTTP 协议，而是 SOCKS4
              -> 请检查地址和端口是否属于代理服务器，以及代理类型（http://、https:// 或 socks5://）。
        "#]],
    )
    .await;
}

#[tokio::test]
async fn logins_that_socks5_refuses() {
    let peer = Peer::saying(&[&[5, 0xff]], Then::Close).await;
    check(
        "socks5",
        "",
        &peer,
        expect![[r#"
        ProxyRefused proxy-password-missing
        proxy socks5://127.0.0.1:PORT wants a name and a password, and none is set
          -> Set the name and the password of the proxy, or let this host pass without them.
        代理服务器 socks5://127.0.0.1:PORT 要求用户名和密码，但没有配置
          -> 请配置代理的用户名和密码，或在代理上允许本机免登录访问。
    "#]],
    )
    .await;
    check("socks5", LOGIN, &peer, expect![[r#"
        ProxyRefused proxy-scheme-unsupported
        proxy socks5://127.0.0.1:PORT wants a login of another kind than name and password; only a name and a password (Basic) can be given
          -> Let the proxy accept Basic for this host, let this host pass without a login, or put a proxy between that logs in this way (cntlm, px).
        代理服务器 socks5://127.0.0.1:PORT 要求以用户名和密码以外的方式登录，而这里只支持用户名和密码（Basic）
          -> 请让代理对本机接受 Basic 方式或免登录，或在中间部署一个能以该方式登录的代理（如 cntlm、px）。
    "#]]).await;
    let peer = Peer::saying(&[&[5, 2], &[1, 1]], Then::Close).await;
    check("socks5", LOGIN, &peer, expect![[r#"
        ProxyRefused proxy-auth-failed
        proxy socks5://127.0.0.1:PORT refuses this name and password
          -> Check the name and the password of the proxy. It is not asked again with this password, so that no account is locked.
        代理服务器 socks5://127.0.0.1:PORT 拒绝了所给的用户名和密码
          -> 请检查代理的用户名和密码。为避免账号被锁定，不会再用这个密码尝试。
    "#]]).await;
}

#[tokio::test]
async fn targets_that_socks5_refuses() {
    let mut all = String::new();
    for reply in 1..=8 {
        let peer = Peer::saying(&[&[5, 0], &[5, reply, 0, 1, 0, 0, 0, 0, 0, 0]], Then::Close).await;
        let fault = fetch(&hasty(peer.proxy("socks5", "")), get(BEHIND_PROXY)).await.unwrap_err();
        let text = told(&fault, &peer);
        all.extend(text.lines().filter(|line| !line.starts_with("  ->")).map(|line| format!("{line}\n")));
    }
    expect![[r#"
        NotSent proxy-cannot-reach
        proxy socks5://127.0.0.1:PORT cannot reach directory.test:443: it failed and does not say why
        代理服务器 socks5://127.0.0.1:PORT 无法访问 directory.test:443：它失败了，没有说明原因
        ProxyRefused proxy-refused
        proxy socks5://127.0.0.1:PORT refuses a connection to directory.test:443: its rules do not allow it
        代理服务器 socks5://127.0.0.1:PORT 拒绝连接到 directory.test:443：其规则不允许
        NotSent proxy-cannot-reach
        proxy socks5://127.0.0.1:PORT cannot reach directory.test:443: the network cannot be reached from there
        代理服务器 socks5://127.0.0.1:PORT 无法访问 directory.test:443：从那里无法到达该网络
        NotSent proxy-cannot-reach
        proxy socks5://127.0.0.1:PORT cannot reach directory.test:443: the host cannot be reached from there
        代理服务器 socks5://127.0.0.1:PORT 无法访问 directory.test:443：从那里无法到达该主机
        NotSent proxy-cannot-reach
        proxy socks5://127.0.0.1:PORT cannot reach directory.test:443: the connection was refused there
        代理服务器 socks5://127.0.0.1:PORT 无法访问 directory.test:443：对方拒绝了连接
        NotSent proxy-cannot-reach
        proxy socks5://127.0.0.1:PORT cannot reach directory.test:443: the way there is too long
        代理服务器 socks5://127.0.0.1:PORT 无法访问 directory.test:443：路由跳数超限
        ProxyRefused proxy-refused
        proxy socks5://127.0.0.1:PORT refuses a connection to directory.test:443: it knows no command CONNECT
        代理服务器 socks5://127.0.0.1:PORT 拒绝连接到 directory.test:443：它不支持 CONNECT 命令
        ProxyRefused proxy-refused
        proxy socks5://127.0.0.1:PORT refuses a connection to directory.test:443: it takes no names, and names are what it must resolve
        代理服务器 socks5://127.0.0.1:PORT 拒绝连接到 directory.test:443：它不接受域名，而域名必须由它解析
    "#]].assert_eq(&all);
}

/// Connections that a proxy sees when so many requests come at once, and then some more.
async fn n_attempts(peer: &Peer, scheme: &str) -> usize {
    let client = std::sync::Arc::new(client(Some(peer.proxy(scheme, LOGIN))));
    let mut requests = JoinSet::new();
    for _ in 0..20 {
        let client = std::sync::Arc::clone(&client);
        requests.spawn(async move { fetch(&client, get(BEHIND_PROXY)).await.unwrap_err() });
    }
    let told = requests.join_all().await;
    assert!(told.iter().all(|fault| *fault == told[0]), "{told:#?}");
    let grants = granting(&[BEHIND_PROXY]);
    for _ in 0..3 {
        assert_eq!(fetch(&client, get(BEHIND_PROXY)).await.unwrap_err(), told[0]);
        let url = BEHIND_PROXY.replace("https", "wss");
        assert_eq!(websocket::connect(&client, &grants, &url, &[]).await.unwrap_err(), told[0]);
    }
    peer.n_connections()
}

#[tokio::test]
async fn a_wrong_password_is_sent_once_however_many_ask() {
    let peer = answering("407 X\r\nProxy-Authenticate: Basic realm=\"squid\"").await;
    assert_eq!(n_attempts(&peer, "http").await, 1);
    let peer = answering("407 X\r\nProxy-Authenticate: NTLM").await;
    assert_eq!(n_attempts(&peer, "http").await, 1);
    let peer = Peer::saying(&[&[5, 2], &[1, 1]], Then::Close).await;
    assert_eq!(n_attempts(&peer, "socks5").await, 1);
}

#[tokio::test]
async fn a_wrong_password_without_encryption_is_sent_once_as_well() {
    let peer = answering("407 X\r\nProxy-Authenticate: Basic realm=\"squid\"").await;
    let client = client(Some(peer.proxy("http", LOGIN)));
    for _ in 0..3 {
        let result = fetch(&client, get("http://directory.test/a")).await;
        super::check(&result, &expect!["ProxyRefused proxy-auth-failed"]);
    }
    assert_eq!(peer.n_connections(), 1);
}

#[tokio::test]
async fn a_password_that_was_mended_at_the_proxy_is_tried_once_a_person_has_acted() {
    let server = lab::Server::tls(lab::answer("200 OK", "hello")).await;
    let proxy = lab::connect_proxy(&server, lab::Proxying::Password("me", "s3cret")).await;
    let client = client(Some(proxy.address().with_credentials("me", "wr0ng")));
    for _ in 0..2 {
        let result = fetch(&client, get(BEHIND_PROXY)).await;
        super::check(&result, &expect!["ProxyRefused proxy-auth-failed"]);
    }
    assert_eq!(proxy.n_connections(), 1);
    client.dialer().login().forgive();
    let result = fetch(&client, get(BEHIND_PROXY)).await;
    super::check(&result, &expect!["ProxyRefused proxy-auth-failed"]);
    assert_eq!(proxy.n_connections(), 2);
}
