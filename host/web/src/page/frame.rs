//! The frame of a page: head, navigation, title, and what a browser may do with it.

use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};
use rollcall_host::model::SourceName;

use super::parts::{csrf, diagnosis};
use super::words;
use crate::assets::{SCRIPT, STYLE};
use crate::paths::segment;
use crate::problem::Problem;
use crate::visitor::{Preferences, Theme, Visitor, Who};

/// What a browser may load and do. Everything comes from here, and nothing is inline.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// A page, ready to be drawn.
#[derive(Debug)]
pub(crate) struct Page {
    reader: Preferences,
    visitor: Option<Visitor>,
    title: String,
    place: NavigationEntry,
    status: StatusCode,
    body: Markup,
}

/// Where a page stands in the navigation.
#[derive(Clone, Debug, PartialEq, Eq)]
enum NavigationEntry {
    Alone,
    Main(Tab),
    OfSource(SourceName, Tab),
}

/// A place in the navigation: of the console, or of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tab {
    /// All identity sources; of one: its overview.
    Sources,
    /// A source's departments and people.
    Organisation,
    /// Runs.
    History,
    /// A source's channel and inbox.
    Events,
    /// Why is somebody here, or not.
    Why,
    /// Accounts, tokens, webhooks, audit log.
    Settings,
}

impl Page {
    /// A page for whoever is known, in one of the main places.
    pub(crate) fn new(visitor: &Visitor, tab: Tab, title: impl Into<String>, body: Markup) -> Self {
        Self::in_place(visitor, NavigationEntry::Main(tab), title.into(), body)
    }

    /// A page about one source.
    pub(crate) fn of_source(
        visitor: &Visitor,
        source: &SourceName,
        tab: Tab,
        title: impl Into<String>,
        body: Markup,
    ) -> Self {
        Self::in_place(visitor, NavigationEntry::OfSource(source.clone(), tab), title.into(), body)
    }

    /// A page for somebody who is not known yet.
    pub(crate) fn alone(reader: Preferences, title: impl Into<String>, body: Markup) -> Self {
        let (title, status) = (title.into(), StatusCode::OK);
        Self { reader, visitor: None, title, place: NavigationEntry::Alone, status, body }
    }

    fn in_place(visitor: &Visitor, place: NavigationEntry, title: String, body: Markup) -> Self {
        let (reader, visitor) = (visitor.reader, Some(visitor.clone()));
        Self { reader, visitor, title, place, status: StatusCode::OK, body }
    }

    /// The same page with another status.
    pub(crate) const fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    fn draw(&self) -> Markup {
        let reader = self.reader;
        let theme = (reader.theme != Theme::System).then(|| reader.theme.as_str());
        html! {
            (DOCTYPE)
            html lang=(reader.language.tag()) data-theme=[theme] {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (self.title) " · Rollcall" }
                    link rel="icon" href="data:,";
                    link rel="stylesheet" href=(STYLE);
                    script src=(SCRIPT) defer {}
                }
                body {
                    a class="skip" href="#main" { (reader.say(words::skip_to_content())) }
                    (self.header())
                    main id="main" {
                        @if let NavigationEntry::OfSource(source, tab) = &self.place { (self.source_tabs(source, *tab)) }
                        h1 { (self.title) }
                        (self.body)
                    }
                    @if self.visitor.is_some() {
                        // For the script: a page that no longer changes, and what a screen reader is told.
                        div id="stale" class="notice warning" role="alert" hidden {
                            p { span { (reader.say(words::stale())) } " " a href="" { (reader.say(words::load_again())) } }
                        }
                        p id="news" class="sr" aria-live="polite" {}
                    }
                    (self.footer())
                }
            }
        }
    }

    fn header(&self) -> Markup {
        let reader = self.reader;
        let current = match &self.place {
            NavigationEntry::Alone => None,
            NavigationEntry::Main(tab) => Some(*tab),
            NavigationEntry::OfSource(..) => Some(Tab::Sources),
        };
        let entries = [
            (Tab::Sources, "/sources", words::nav_sources()),
            (Tab::History, "/history", words::nav_history()),
            (Tab::Settings, "/settings", words::nav_settings()),
        ];
        html! {
            header class="top" {
                a class="brand" href="/" { "Rollcall" }
                @if let Some(visitor) = &self.visitor {
                    nav aria-label=(reader.say(words::nav_main())) {
                        @for (tab, href, name) in entries {
                            a href=(href) aria-current=[(current == Some(tab)).then_some("page")] {
                                (reader.say(name))
                            }
                        }
                    }
                    @if let Who::Administrator { name } = &visitor.who {
                        form class="whoami" method="post" action="/logout" {
                            (csrf(visitor))
                            a href="/settings/account" { (name) }
                            button class="quiet" { (reader.say(words::log_out())) }
                        }
                    }
                }
            }
        }
    }

    fn source_tabs(&self, source: &SourceName, current: Tab) -> Markup {
        let reader = self.reader;
        let base = format!("/sources/{}", segment(source.as_str()));
        let entries = [
            (Tab::Sources, "", words::tab_overview()),
            (Tab::Organisation, "/organisation", words::tab_organisation()),
            (Tab::History, "/history", words::nav_history()),
            (Tab::Events, "/events", words::tab_events()),
            (Tab::Why, "/why", words::tab_why()),
        ];
        html! {
            nav class="tabs" aria-label=(reader.say(words::nav_source())) {
                a class="of" href=(base) { (source) }
                @for (tab, path, name) in entries {
                    a href={ (base) (path) } aria-current=[(current == tab).then_some("page")] { (reader.say(name)) }
                }
            }
        }
    }

    /// Language and theme, which need nobody to be known, and change nothing but the reader's own cookies.
    fn footer(&self) -> Markup {
        let reader = self.reader;
        html! {
            footer {
                form method="get" action="/preferences" {
                    label { (reader.say(words::language())) " "
                        select name="language" {
                            option value="zh-CN" lang="zh-CN" selected[reader.language.tag() == "zh-CN"] { "简体中文" }
                            option value="en" lang="en" selected[reader.language.tag() == "en"] { "English" }
                        }
                    }
                    label { (reader.say(words::theme())) " "
                        select name="theme" {
                            @for (theme, name) in [
                                (Theme::System, words::theme_system()),
                                (Theme::Light, words::theme_light()),
                                (Theme::Dark, words::theme_dark()),
                            ] {
                                option value=(theme.as_str()) selected[reader.theme == theme] { (reader.say(name)) }
                            }
                        }
                    }
                    button { (reader.say(words::apply())) }
                }
                @if self.visitor.is_some() {
                    p { a href="/api" { (reader.say(words::api_reference())) } }
                }
            }
        }
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let mut response = (self.status, self.draw().into_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
        // What is shown is about people, and is for this reader only.
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

/// Draw the problems of the pages within as pages.
pub(crate) async fn problems(request: Request, next: Next) -> Response {
    let reader = request.extensions().get::<Preferences>().copied().unwrap_or_default();
    let visitor = request.extensions().get::<Visitor>().cloned();
    let mut response = next.run(request).await;
    let Some(problem) = response.extensions_mut().remove::<Problem>() else { return response };
    drawn_for(reader, visitor.as_ref(), &problem)
}

/// A problem on its own, for a reader who is known by nothing but their language.
pub(crate) fn drawn(reader: Preferences, problem: &Problem) -> Response {
    drawn_for(reader, None, problem)
}

fn drawn_for(reader: Preferences, visitor: Option<&Visitor>, problem: &Problem) -> Response {
    let title = reader.say(words::problem_title(problem.status.as_u16()));
    let body = html! { div class="sheet" { (diagnosis(reader, &problem.diagnosis)) } };
    let page = match visitor {
        Some(visitor) => Page::in_place(visitor, NavigationEntry::Main(Tab::Sources), title, body),
        None => Page::alone(reader, title, body),
    };
    page.with_status(problem.status).into_response()
}
