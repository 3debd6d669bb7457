//! Which address is where, and what follows from it.

use expect_test::expect;

use super::*;

fn zone(text: &str) -> Zone {
    Zone::of(text.parse().unwrap())
}

fn addresses(texts: &[&str]) -> Vec<SocketAddr> {
    texts.iter().map(|text| SocketAddr::new(text.parse().unwrap(), 443)).collect()
}

#[track_caller]
fn are(expected: Zone, addresses: &[&str]) {
    for address in addresses {
        assert_eq!(zone(address), expected, "{address}");
    }
}

#[test]
fn each_network_of_ipv4_is_what_it_is_for_from_its_first_address_to_its_last() {
    are(Zone::Unspecified, &["0.0.0.0", "0.255.255.255"]);
    are(
        Zone::Private,
        &["10.0.0.0", "10.255.255.255", "172.16.0.0", "172.31.255.255", "192.168.0.0", "192.168.255.255"],
    );
    are(Zone::Shared, &["100.64.0.0", "100.127.255.255"]);
    are(Zone::Loopback, &["127.0.0.1", "127.0.0.0", "127.255.255.255"]);
    are(Zone::LinkLocal, &["169.254.0.0", "169.254.255.255"]);
    are(Zone::Benchmarking, &["198.18.0.0", "198.19.255.255"]);
    are(Zone::Documentation, &["192.0.2.0", "198.51.100.255", "203.0.113.1"]);
    are(Zone::Multicast, &["224.0.0.1", "239.255.255.255"]);
    are(Zone::Broadcast, &["255.255.255.255"]);
    are(Zone::Reserved, &["192.0.0.1", "192.88.99.1", "240.0.0.0", "255.255.255.254"]);
    are(
        Zone::Public,
        &[
            "1.0.0.0",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
        ],
    );
}

#[test]
fn each_network_of_ipv6_is_what_it_is_for() {
    are(Zone::Unspecified, &["::"]);
    are(Zone::Loopback, &["::1"]);
    are(Zone::Private, &["fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fec0::1", "64:ff9b:1::a00:1"]);
    are(Zone::LinkLocal, &["fe80::", "fe80::a9fe:a9fe", "febf:ffff::1"]);
    are(Zone::Multicast, &["ff02::1", "ff0e::1"]);
    are(Zone::Benchmarking, &["2001:2::1"]);
    are(Zone::Documentation, &["2001:db8::1", "3fff::1"]);
    are(Zone::Reserved, &["100::1", "4000::1", "2001:10::1", "5f00::1", "fe00::1"]);
    are(Zone::Public, &["2606:4700::1111", "2a00:1450:4001::1", "2001:200::1", "2400:3200::1"]);
}

#[test]
fn an_address_of_ipv4_in_the_clothes_of_ipv6_is_where_it_is_without_them() {
    for (text, expected) in [
        ("::ffff:127.0.0.1", Zone::Loopback),
        ("::ffff:169.254.169.254", Zone::Metadata),
        ("::ffff:8.8.8.8", Zone::Public),
        ("::10.0.0.1", Zone::Private),
        ("::ffff:0:10.0.0.1", Zone::Private),
        ("64:ff9b::169.254.169.254", Zone::Metadata),
        ("64:ff9b::8.8.8.8", Zone::Public),
        ("64:ff9b:1::169.254.169.254", Zone::Metadata),
        ("64:ff9b:1::8.8.8.8", Zone::Private),
        ("2002:a00:1::1", Zone::Private),
        ("2002:7f00:1::1", Zone::Loopback),
        ("2002:808:808::1", Zone::Public),
        // Inverted: 192.168.0.1.
        ("2001:0:53aa:64c::3f57:fffe", Zone::Private),
        // 8.8.8.8.
        ("2001:0:53aa:64c::f7f7:f7f7", Zone::Public),
    ] {
        assert_eq!(zone(text), expected, "{text}");
    }
}

#[test]
fn what_a_cloud_tells_its_machines_is_never_in_reach() {
    let addresses = [
        "169.254.169.254",
        "169.254.170.2",
        "169.254.170.23",
        "169.254.0.23",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "fd00:ec2::254",
        "fd00:ec2::23",
        "fd20:ce::254",
        "fd00:c1::a9fe:a9fe",
        "169.254.42.42",
        "fd00:42::42",
        "fd00:a9fe:a9fe::1",
        "fd00:100::100:200",
    ];
    are(Zone::Metadata, &addresses);
    for reach in [Reach::Public, Reach::Private] {
        assert!(!reach.allows(Zone::Metadata) && !reach.allows(Zone::LinkLocal));
        for name in
            ["metadata.google.internal", "METADATA.google.internal.", "metadata", "metadata.tencentyun.com"]
        {
            let origin = format!("http://{name}").parse().unwrap();
            assert_eq!(reach.admits(&origin).unwrap_err().zone, Zone::Metadata, "{name}");
        }
    }
}

#[test]
fn this_machine_and_private_networks_take_a_person_s_word_and_nothing_else_does() {
    use Zone::*;
    let all = [
        Public,
        Loopback,
        Private,
        Shared,
        Benchmarking,
        LinkLocal,
        Metadata,
        Unspecified,
        Multicast,
        Broadcast,
        Documentation,
        Reserved,
    ];
    let allowed = |reach: Reach| all.into_iter().filter(move |zone| reach.allows(*zone)).collect::<Vec<_>>();
    assert_eq!(allowed(Reach::Public), [Public]);
    assert_eq!(allowed(Reach::Private), [Public, Loopback, Private, Shared, Benchmarking]);
}

#[test]
fn however_an_address_is_written_it_is_that_address() {
    for written in [
        "http://0x7f.1",
        "http://2130706433",
        "http://127.1",
        "http://[::ffff:7f00:1]",
        "http://localhost",
        "http://LOCALHOST.",
        "http://a.localhost:8080",
    ] {
        let refused = Reach::Public.admits(&written.parse().unwrap()).unwrap_err();
        assert_eq!(refused.zone, Zone::Loopback, "{written}");
        assert_eq!(Reach::Private.admits(&written.parse().unwrap()), Ok(()), "{written}");
    }
    for name in
        ["https://localhost.example", "https://notlocalhost", "https://metadata.example", "https://8.8.8.8"]
    {
        assert_eq!(Reach::Public.admits(&name.parse().unwrap()), Ok(()), "{name}");
    }
}

#[test]
fn of_several_addresses_only_those_in_reach_are_dialled() {
    let mixed = addresses(&["10.0.0.1", "8.8.8.8", "169.254.169.254", "2606:4700::1111"]);
    let public = addresses(&["8.8.8.8", "2606:4700::1111"]);
    assert_eq!(Reach::Public.sift("a.example", mixed.clone()), Ok(public));
    let private = addresses(&["10.0.0.1", "8.8.8.8", "2606:4700::1111"]);
    assert_eq!(Reach::Private.sift("a.example", mixed.clone()), Ok(private));
    assert_eq!(Reach::Public.sift("a.example", Vec::new()), Ok(Vec::new()));
    let refused = Reach::Public.sift("a.example", addresses(&["10.0.0.1", "::1"])).unwrap_err();
    assert_eq!(refused, NotAllowed::at("a.example", "10.0.0.1".parse().unwrap()));
    // Whoever dials them for us may choose any.
    assert_eq!(Reach::Public.admits_all("a.example", &mixed).unwrap_err().zone, Zone::Private);
    assert_eq!(Reach::Private.admits_all("a.example", &mixed).unwrap_err().zone, Zone::Metadata);
}

#[test]
fn a_proxy_may_be_anywhere_but_where_credentials_are_handed_out() {
    let near = addresses(&["127.0.0.1", "10.0.0.1", "169.254.20.10"]);
    assert_eq!(sift_proxy("proxy", near.clone()), Ok(near));
    let refused = sift_proxy("proxy", addresses(&["169.254.169.254"])).unwrap_err();
    assert_eq!(refused.zone, Zone::Metadata);
}

#[test]
fn what_is_out_of_reach_is_told_with_what_can_be_done_about_it_in_both_languages() {
    let told = [
        NotAllowed::at("10.1.2.3", "10.1.2.3".parse().unwrap()),
        NotAllowed::at("people.corp.example", "10.1.2.3".parse().unwrap()),
        Reach::Public.admits(&"http://[fe80::1]".parse().unwrap()).unwrap_err(),
        Reach::Private.admits(&"http://metadata.google.internal".parse().unwrap()).unwrap_err(),
    ]
    .map(|refused| {
        let diagnosis = refused.diagnosis();
        let chinese = diagnosis.localized("zh-CN");
        format!(
            "{}\n  -> {}\n{}\n  -> {}\n",
            diagnosis.message,
            diagnosis.remedy.as_deref().unwrap_or_default(),
            chinese.message,
            chinese.remedy.unwrap_or_default(),
        )
    });
    expect![[r#"
        10.1.2.3 is an address of a private network, which must not be reached
          -> If it is meant to be reached, start the program with `--allow-private-addresses`.
        10.1.2.3 属于私有网络地址，不允许访问
          -> 如果确实需要访问该地址，请在启动程序时使用 `--allow-private-addresses`。
        people.corp.example resolves to 10.1.2.3, an address of a private network, which must not be reached
          -> If it is meant to be reached, start the program with `--allow-private-addresses`.
        people.corp.example 解析为 10.1.2.3，属于私有网络地址，不允许访问
          -> 如果确实需要访问该地址，请在启动程序时使用 `--allow-private-addresses`。
        [fe80::1] is an address of the local link alone, which must not be reached
          -> Nothing allows such an address. Enter the one that the source itself is at.
        [fe80::1] 属于链路本地地址，不允许访问
          -> 此类地址一律不能访问，请填写来源自身的地址。
        metadata.google.internal is where a cloud keeps its machines' credentials (metadata), which must not be reached
          -> Nothing allows such an address. Enter the one that the source itself is at.
        metadata.google.internal 属于云平台元数据服务地址，不允许访问
          -> 此类地址一律不能访问，请填写来源自身的地址。
    "#]]
    .assert_eq(&told.concat());
}
