//! The forward proxy: passwords, where it leads, whom DingTalk sees behind it, and how it fails.

use rollcall_dingtalk_simulator::{
    Company, FEIHUA_APP_KEY, Fault, Mutation, PeerAddress, ProxyCounts, ProxyMode, ProxyOptions, Rule,
    Server, ServerHandle, ServerOptions, Simulator,
};

use crate::support::client;
use crate::support::feihua_token_url;

const HOST: &str = "oapi.dingtalk.com";

fn start(proxy: ProxyOptions) -> ServerHandle {
    Server::start(ServerOptions::new(Simulator::new(Company::feihua())).with_proxy(proxy)).unwrap()
}

fn ask(server: &ServerHandle, credentials: Option<&str>) -> std::io::Result<String> {
    let request = client::get(HOST, &feihua_token_url());
    client::over_proxy(server.proxy_addr().unwrap(), credentials, server.ca_pem(), HOST, &request)
}

/// What the proxy says to a request of its own.
fn say(server: &ServerHandle, request: &str) -> String {
    client::plain(server.proxy_addr().unwrap(), request).unwrap()
}

fn status(answer: &str) -> &str {
    answer.lines().next().unwrap()
}

#[test]
fn dingtalks_own_names_lead_to_the_simulator() {
    let server = start(ProxyOptions::open());
    assert_eq!(client::json_of(&ask(&server, None).unwrap())["errcode"], 0);
    let expected = ProxyCounts {
        connections: 1,
        tunnels: [("oapi.dingtalk.com:443".to_owned(), 1)].into(),
        ..Default::default()
    };
    assert_eq!(server.proxy_counts(), expected);
}

#[test]
fn the_hosts_of_stream_lead_to_the_simulator() {
    let server = start(ProxyOptions::open());
    for host in ["wss-open-connection.dingtalk.com", "wss-open-connection-union.dingtalk.com"] {
        let request = client::get(host, "/connect");
        let proxy = server.proxy_addr().unwrap();
        let answer = client::over_proxy(proxy, None, server.ca_pem(), host, &request).unwrap();
        assert_eq!(status(&answer), "HTTP/1.1 200 OK");
    }
}

#[test]
fn a_password_is_asked_for() {
    let server = start(ProxyOptions::with_password("rollcall", "open sesame"));
    let refused = ask(&server, None).unwrap_err().to_string();
    let expected = "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"simulator\"\r\n\
                    Content-Length: 0\r\nConnection: close\r\n\r\n";
    assert_eq!(refused, expected);
}

#[test]
fn a_wrong_password_is_like_none() {
    let server = start(ProxyOptions::with_password("rollcall", "open sesame"));
    assert!(ask(&server, Some("rollcall:sesame")).unwrap_err().to_string().starts_with("HTTP/1.1 407 "));
    assert_eq!(server.proxy_counts().unauthenticated, 1);
}

#[test]
fn the_right_password_opens() {
    let server = start(ProxyOptions::with_password("rollcall", "open sesame"));
    assert_eq!(client::json_of(&ask(&server, Some("rollcall:open sesame")).unwrap())["errcode"], 0);
}

#[test]
fn a_password_is_not_shown_by_debug() {
    assert!(!format!("{:?}", ProxyOptions::with_password("rollcall", "open sesame")).contains("sesame"));
}

#[test]
fn dingtalk_sees_the_proxys_address_and_not_the_callers() {
    let server = start(ProxyOptions::open());
    ask(&server, None).unwrap();
    client::over_tls(server.https_addr(), server.ca_pem(), HOST, &client::get(HOST, "/gettoken")).unwrap();
    let peers: Vec<PeerAddress> =
        server.with(|simulator| simulator.trace().records().map(|record| PeerAddress(record.peer)).collect());
    assert_eq!(peers, [PeerAddress::PROXIED, PeerAddress::DIRECT]);
}

#[test]
fn an_address_list_with_the_proxy_lets_its_clients_through() {
    let server = start(ProxyOptions::open());
    let addresses = vec![PeerAddress::PROXIED.0.to_string()];
    let mutation = Mutation::SetIpWhitelist { app_key: FEIHUA_APP_KEY.into(), addresses };
    server.with(|simulator| simulator.mutate(&mutation)).unwrap();
    let token = client::json_of(&ask(&server, None).unwrap())["access_token"].as_str().unwrap().to_owned();
    let request = client::get(HOST, &format!("/auth/scopes?access_token={token}"));
    let proxied =
        client::over_proxy(server.proxy_addr().unwrap(), None, server.ca_pem(), HOST, &request).unwrap();
    let direct = client::over_tls(server.https_addr(), server.ca_pem(), HOST, &request).unwrap();
    assert_eq!(client::json_of(&proxied)["errcode"], 0);
    let named = "访问ip不在白名单之中,request ip=198.51.100.9 appKey(dingfeihuadirectory1)";
    assert_eq!(client::json_of(&direct)["sub_msg"], named);
}

#[test]
fn a_reset_passes_through() {
    let server = start(ProxyOptions::open());
    server.with(|simulator| simulator.inject(Rule::new(Fault::Reset)));
    assert_eq!(ask(&server, None).unwrap_err().kind(), std::io::ErrorKind::ConnectionReset);
}

#[test]
fn a_proxy_that_refuses_answers_503() {
    let server = start(ProxyOptions::open());
    server.set_proxy_mode(ProxyMode::Refuse);
    assert!(ask(&server, None).unwrap_err().to_string().starts_with("HTTP/1.1 503 "));
    assert_eq!(server.proxy_counts().refused, 1);
}

#[test]
fn a_proxy_that_closes_says_nothing() {
    let server = start(ProxyOptions::open());
    server.set_proxy_mode(ProxyMode::Close);
    assert!(ask(&server, None).is_err());
    assert_eq!(server.with(|simulator| simulator.trace().n_requests()), 0);
}

#[test]
fn a_proxy_leads_nowhere_else() {
    let server = start(ProxyOptions::open());
    assert_eq!(status(&say(&server, "CONNECT 192.0.2.1:443 HTTP/1.1\r\n\r\n")), "HTTP/1.1 403 Forbidden");
}

#[test]
fn a_host_may_be_led_elsewhere() {
    let web = ServerOptions::new(Simulator::new(Company::feihua()));
    let web = Server::start(web).unwrap();
    let mut proxy = ProxyOptions::open();
    proxy.hosts.insert("roster.example".to_owned(), web.control_addr().unwrap());
    let server = start(proxy);
    let request = "GET http://roster.example/company HTTP/1.1\r\nHost: localhost\r\nProxy-Connection: keep-alive\r\n\r\n";
    assert_eq!(client::json_of(&say(&server, request))["name"], "Feihua");
    assert_eq!(server.proxy_counts().forwarded, [("roster.example:80".to_owned(), 1)].into());
}

#[test]
fn a_port_where_nobody_listens_is_a_bad_gateway() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let server = start(ProxyOptions::open());
    let answer = say(&server, &format!("CONNECT {closed} HTTP/1.1\r\n\r\n"));
    assert_eq!(status(&answer), "HTTP/1.1 502 Bad Gateway");
}

#[test]
fn plain_https_and_plain_paths_are_not_for_a_proxy() {
    let server = start(ProxyOptions::open());
    let refused = ["https://oapi.dingtalk.com/gettoken", "/gettoken"]
        .map(|uri| status(&say(&server, &format!("GET {uri} HTTP/1.1\r\n\r\n"))).to_owned());
    assert_eq!(refused, ["HTTP/1.1 405 Method Not Allowed", "HTTP/1.1 405 Method Not Allowed"]);
}

#[test]
fn a_target_without_port_is_malformed() {
    let server = start(ProxyOptions::open());
    assert_eq!(
        status(&say(&server, "CONNECT oapi.dingtalk.com HTTP/1.1\r\n\r\n")),
        "HTTP/1.1 400 Bad Request"
    );
}
