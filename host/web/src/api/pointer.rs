//! Pointers into the body of a configuration.

/// The pointer of a member of the body, of that of a form's field: a form arranges the same things in its own way.
pub(super) fn in_the_body(pointer: String) -> String {
    const PLACES: [(&str, &str); 5] = [
        ("/egress/proxy/", "/proxy/"),
        ("/egress/ca", "/ca_pem"),
        ("/egress/allow/", "/allowed_origins/"),
        ("/schedule/jitter", "/schedule/jitter_s"),
        ("/departed", "/departed_users"),
    ];
    let moved =
        PLACES.iter().find_map(|(form, body)| pointer.strip_prefix(form).map(|rest| format!("{body}{rest}")));
    moved.unwrap_or(pointer)
}
