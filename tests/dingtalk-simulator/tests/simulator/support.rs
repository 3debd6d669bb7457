//! A simulator with a clock and a token, and a TLS client that hides nothing of what arrives.

pub(crate) mod client;
pub(crate) mod receiver;
pub(crate) mod stream;

use std::time::{Duration, Instant};

use rollcall_dingtalk_simulator::{
    ApiRequest, Company, FEIHUA_APP_KEY, FEIHUA_APP_SECRET, HttpResponse, Mutation, Outcome, PeerAddress,
    Reply, Rule, ServerHandle, Simulator, Switches,
};
use serde_json::Value;

/// 2023-11-14 22:13:20 UTC, a full second.
pub(crate) const START_MS: u64 = 1_700_000_000_000;

/// R&D of Feihua.
pub(crate) const RESEARCH: i64 = 611_840_273;
/// Operations of Feihua.
pub(crate) const OPERATIONS: i64 = 598_217_364;
/// Commercialization of Feihua.
pub(crate) const COMMERCIALIZATION: i64 = 640_073_915;

/// A simulator, a time and a token.
pub(crate) struct World {
    pub(crate) simulator: Simulator,
    pub(crate) now_ms: u64,
    pub(crate) token: String,
}

impl World {
    pub(crate) fn feihua() -> Self {
        Self::of(Company::feihua())
    }

    /// A world whose first application has a token already.
    pub(crate) fn of(company: Company) -> Self {
        let (key, secret) = {
            let app = &company.apps()[0];
            (app.app_key.clone(), app.app_secret.reveal().to_owned())
        };
        let mut world = Self { simulator: Simulator::new(company), now_ms: START_MS, token: String::new() };
        let answer = world.get(&format!("/gettoken?appkey={key}&appsecret={secret}"));
        world.token = answer["access_token"].as_str().unwrap().to_owned();
        world
    }

    pub(crate) fn with_switches(mut self, change: impl FnOnce(&mut Switches)) -> Self {
        change(self.simulator.switches_mut());
        self
    }

    pub(crate) fn with(mut self, mutation: &Mutation) -> Self {
        self.simulator.mutate(mutation).unwrap();
        self
    }

    pub(crate) fn with_rule(mut self, rule: Rule) -> Self {
        self.simulator.inject(rule);
        self
    }

    pub(crate) fn reply(&mut self, request: &ApiRequest) -> Reply {
        self.simulator.respond(self.now_ms, PeerAddress::DIRECT, request)
    }

    pub(crate) fn ask(&mut self, request: &ApiRequest) -> HttpResponse {
        match self.reply(request).outcome {
            Outcome::Response(response) => response,
            Outcome::Truncated { .. } | Outcome::Reset | Outcome::Hang { .. } => panic!("no whole response"),
        }
    }

    pub(crate) fn get(&mut self, url: &str) -> Value {
        self.ask(&ApiRequest::get(url)).json()
    }

    /// A call of the old API with the token and a JSON body.
    pub(crate) fn post(&mut self, path: &str, body: Value) -> Value {
        self.ask(&self.request(path, body)).json()
    }

    /// The same as text.
    pub(crate) fn post_text(&mut self, path: &str, body: Value) -> String {
        self.ask(&self.request(path, body)).text().into_owned()
    }

    pub(crate) fn request(&self, path: &str, body: Value) -> ApiRequest {
        ApiRequest::post(path).token(&self.token).json(&body)
    }

    /// The effective code of a call.
    pub(crate) fn code(&mut self, path: &str, body: Value) -> i64 {
        effective_code(&self.post(path, body))
    }
}

/// `sub_code` inside 88, `errcode` otherwise.
pub(crate) fn effective_code(answer: &Value) -> i64 {
    let sub_code = answer["sub_code"].as_str().and_then(|text| text.parse().ok());
    match answer["errcode"].as_i64().unwrap() {
        88 => sub_code.unwrap_or(88),
        code => code,
    }
}

pub(crate) fn feihua_token_url() -> String {
    format!("/gettoken?appkey={FEIHUA_APP_KEY}&appsecret={FEIHUA_APP_SECRET}")
}

/// Waits until it is so; only a broken test waits long.
#[track_caller]
pub(crate) fn until(server: &ServerHandle, is_so: impl Fn(&Simulator) -> bool) {
    let began = Instant::now();
    while !server.with(|simulator| is_so(simulator)) {
        assert!(began.elapsed() < Duration::from_secs(20), "it does not come about");
        std::thread::sleep(Duration::from_millis(2));
    }
}
