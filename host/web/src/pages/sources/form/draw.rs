//! How the form of a source looks: one field a setting, its help below it, what is wrong with it beside it.
//!
//! Not here: what is done with it.

use maud::{Markup, html};
use rollcall_host::model::Timestamp;
use rollcall_words::{Language, Sentence};
use serde_json::Value;

use super::{
    CA, CRON, Complaint, Configured, DEPARTED, Field, FieldKind, JITTER, NAME, PROXY_PASSWORD, PROXY_URL,
    PROXY_USER, SCIM_NAMES, SCIM_USER_NAMES, SourceForm, TIME_ZONE, departed_name, forget, setting,
};
use crate::face::{ScimNames, ScimUserNames};
use crate::page::{self, Tone};
use crate::pages::sources::words;
use crate::sources::complaints;
use crate::sources::trust::Cleared;
use crate::visitor::Visitor;
use rollcall_host::DepartedUsers;

/// A form, filled in.
pub(crate) struct Sheet<'a> {
    pub(crate) visitor: &'a Visitor,
    pub(crate) fields: &'a [Field],
    pub(crate) entered: &'a SourceForm,
    pub(crate) complaints: &'a [Complaint],
    /// What was configured until now; none for a new source.
    pub(crate) before: Option<&'a Configured>,
    /// When the next run would be due.
    pub(crate) next_run_at: Option<Timestamp>,
}

/// What one field is.
struct Line<'a> {
    pointer: &'a str,
    title: Sentence,
    help: Option<Sentence>,
    is_required: bool,
}

/// All that is wrong, each with a link to its field.
pub(crate) fn summary(visitor: &Visitor, fields: &[Field], complaints: &[Complaint]) -> Markup {
    let body = html! {
        p { (visitor.say(words::something_is_wrong(complaints.len()))) }
        ul {
            @for complaint in complaints {
                li {
                    @match title_of(fields, &complaint.pointer) {
                        Some((pointer, title)) => { a href={ "#" (pointer) } { (visitor.say(title)) } ": " },
                        None => {},
                    }
                    (told(visitor, complaint))
                }
            }
        }
    };
    html! { @if !complaints.is_empty() { (page::notice(Tone::Bad, &body)) } }
}

/// What is wrong, and what would be right.
fn told(visitor: &Visitor, complaint: &Complaint) -> String {
    let language = visitor.reader.language;
    let localized = complaint.diagnosis.localized(language.tag());
    let between = match language {
        Language::English => "; ",
        Language::Chinese => "；",
    };
    [Some(localized.message), localized.remedy].into_iter().flatten().collect::<Vec<_>>().join(between)
}

impl Sheet<'_> {
    /// The fields, without the form's element and its buttons.
    pub(crate) fn draw(&self) -> Markup {
        let visitor = self.visitor;
        let (rare, usual): (Vec<_>, Vec<_>) = self.fields.iter().partition(|field| is_rare(field));
        html! {
            @if self.before.is_none() {
                fieldset {
                    legend { (visitor.say(words::the_source())) }
                    (self.text(&line(NAME, words::name(), Some(words::name_help()), true), "text"))
                }
            }
            fieldset {
                legend { (visitor.say(words::settings())) }
                @for field in usual { (self.setting(field)) }
                @if !rare.is_empty() {
                    details open[rare.iter().any(|field| self.complaint(&setting(&field.name)).is_some())] {
                        summary { (visitor.say(words::rare_settings())) }
                        @for field in rare { (self.setting(field)) }
                    }
                }
            }
            (self.egress())
            (self.schedule())
            (self.departed())
            (self.scim())
        }
    }

    fn egress(&self) -> Markup {
        let visitor = self.visitor;
        let has_password = self
            .before
            .and_then(|before| before.proxy.as_ref())
            .is_some_and(|proxy| proxy.password.is_some());
        html! {
            fieldset {
                legend { (visitor.say(words::egress())) }
                (self.text(&line(PROXY_URL, words::proxy_url(), Some(words::proxy_url_help()), false), "text"))
                (self.text(&line(PROXY_USER, words::proxy_user(), None, false), "text"))
                (self.secret(&line(PROXY_PASSWORD, words::proxy_password(), None, false), has_password, false))
                (self.area(&line(CA, words::ca(), Some(words::ca_help()), false)))
            }
        }
    }

    fn schedule(&self) -> Markup {
        let visitor = self.visitor;
        html! {
            fieldset {
                legend { (visitor.say(words::schedule())) }
                (self.text(&line(CRON, words::cron(), Some(words::cron_help()), false), "text"))
                (self.text(&line(TIME_ZONE, words::time_zone(), Some(words::time_zone_help()), false), "text"))
                (self.text(&line(JITTER, words::jitter(), Some(words::jitter_help()), false), "text"))
                @if let Some(next) = self.next_run_at {
                    p { (visitor.say(words::next_run())) " " (page::moment(next)) }
                }
            }
        }
    }

    fn departed(&self) -> Markup {
        let visitor = self.visitor;
        let choices = [
            (DepartedUsers::Deactivate, words::departed_deactivate()),
            (DepartedUsers::Delete, words::departed_delete()),
        ];
        html! {
            fieldset id=(DEPARTED) {
                legend { (visitor.say(words::departed())) }
                @for (rule, label) in choices {
                    @let name = departed_name(rule);
                    p { label {
                        input type="radio" name=(DEPARTED) value=(name) checked[self.entered.raw(DEPARTED) == name];
                        " " (visitor.say(label))
                    } }
                }
                (self.wrong(DEPARTED))
            }
        }
    }

    fn scim(&self) -> Markup {
        let name = |names| match names {
            ScimNames::Whole => words::scim_names_whole(),
            ScimNames::Split => words::scim_names_split(),
        };
        let user_name = |user_names| match user_names {
            ScimUserNames::Plain => words::scim_user_names_plain(),
            ScimUserNames::WithSource => words::scim_user_names_with_source(),
        };
        let names = ScimNames::ALL.map(|names| (names.as_str(), name(names)));
        let user_names = ScimUserNames::ALL.map(|user_names| (user_names.as_str(), user_name(user_names)));
        html! {
            fieldset {
                legend { (self.visitor.say(words::scim())) }
                (self.either(&line(SCIM_NAMES, words::scim_names(), Some(words::scim_names_help()), true), names))
                (self.either(
                    &line(SCIM_USER_NAMES, words::scim_user_names(), Some(words::scim_user_names_help()), true),
                    user_names,
                ))
            }
        }
    }

    /// A choice of words that people read as sentences.
    fn either<const N: usize>(&self, line: &Line<'_>, choices: [(&str, Sentence); N]) -> Markup {
        let pointer = line.pointer;
        self.frame(
            line,
            &html! {
                select id=(pointer) name=(pointer) aria-invalid=[self.invalid(pointer)]
                    aria-describedby=[self.described(line)]
                {
                    @for (word, label) in choices {
                        option value=(word) selected[self.entered.raw(pointer) == word] { (self.visitor.say(label)) }
                    }
                }
            },
        )
    }

    fn setting(&self, field: &Field) -> Markup {
        let pointer = setting(&field.name);
        let line = Line {
            pointer: &pointer,
            title: field.title.clone(),
            help: field.help.clone(),
            is_required: field.is_required,
        };
        if field.is_secret {
            let is_kept = self.before.is_some_and(|before| before.settings.contains_key(&field.name));
            return self.secret(&line, is_kept, matches!(field.kind, FieldKind::Lines | FieldKind::Json));
        }
        match &field.kind {
            FieldKind::Text => self.text(&line, "text"),
            FieldKind::Address => self.text(&line, "url"),
            FieldKind::Integer { minimum, maximum } => self.number(&line, *minimum, *maximum),
            FieldKind::Truth => self.truth(&line),
            FieldKind::Choice(choices) => self.choice(&line, field.default.as_ref(), choices),
            FieldKind::Lines | FieldKind::Json => self.area(&line),
        }
    }

    fn text(&self, line: &Line<'_>, kind: &str) -> Markup {
        let Line { pointer, is_required, .. } = *line;
        self.frame(line, &html! {
            input type=(kind) id=(pointer) name=(pointer) value=(self.entered.raw(pointer)) required[is_required]
                autocomplete="off" spellcheck="false" aria-invalid=[self.invalid(pointer)]
                aria-describedby=[self.described(line)];
        })
    }

    fn number(&self, line: &Line<'_>, minimum: Option<i64>, maximum: Option<i64>) -> Markup {
        let Line { pointer, is_required, .. } = *line;
        self.frame(line, &html! {
            input type="number" id=(pointer) name=(pointer) value=(self.entered.raw(pointer)) min=[minimum]
                max=[maximum] required[is_required] aria-invalid=[self.invalid(pointer)]
                aria-describedby=[self.described(line)];
        })
    }

    fn area(&self, line: &Line<'_>) -> Markup {
        let Line { pointer, is_required, .. } = *line;
        self.frame(
            line,
            &html! {
                textarea id=(pointer) name=(pointer) required[is_required] spellcheck="false"
                    aria-invalid=[self.invalid(pointer)] aria-describedby=[self.described(line)]
                { (self.entered.raw(pointer)) }
            },
        )
    }

    fn choice(&self, line: &Line<'_>, default: Option<&Value>, choices: &[String]) -> Markup {
        let pointer = line.pointer;
        let entered = self.entered.raw(pointer);
        // One that is not needed and has no default may be left out, which none of its choices says.
        let may_be_left_out = default.is_none() && !line.is_required && !choices.iter().any(String::is_empty);
        self.frame(
            line,
            &html! {
                select id=(pointer) name=(pointer) aria-invalid=[self.invalid(pointer)]
                    aria-describedby=[self.described(line)]
                {
                    @if may_be_left_out { option value="" { "–" } }
                    @for choice in choices {
                        option value=(choice) selected[choice == entered] { (shown(choice)) }
                    }
                }
            },
        )
    }

    fn truth(&self, line: &Line<'_>) -> Markup {
        let pointer = line.pointer;
        html! {
            div class="field" {
                label {
                    input type="checkbox" id=(pointer) name=(pointer) checked[self.entered.is_ticked(pointer)]
                        aria-describedby=[self.described(line)];
                    " " (self.visitor.say(line.title.clone()))
                }
                (self.help(line))
                (self.wrong(pointer))
            }
        }
    }

    /// Never filled in, whatever was entered or is kept.
    fn secret(&self, line: &Line<'_>, is_kept: bool, is_long: bool) -> Markup {
        let (visitor, pointer) = (self.visitor, line.pointer);
        let is_required = line.is_required && !is_kept;
        let forgetting = forget(pointer);
        let cleared = self.cleared(pointer).filter(|_| self.complaint(pointer).is_none());
        // Where it was taken away, or would be: a person may say that there is to be none.
        let may_forget = !line.is_required && (is_kept || self.cleared(pointer).is_some());
        self.frame(line, &html! {
            @if is_long {
                textarea id=(pointer) name=(pointer) required[is_required] spellcheck="false" autocomplete="off"
                    aria-invalid=[self.invalid(pointer)] aria-describedby=[self.described(line)] {}
            } @else {
                input type="password" id=(pointer) name=(pointer) required[is_required] autocomplete="new-password"
                    aria-invalid=[self.invalid(pointer)] aria-describedby=[self.described(line)];
            }
            @if let Some(cleared) = cleared {
                p class="wrong" { (page::as_sentence(&told(visitor, &complaints::enter_again(cleared)))) }
            }
            @if is_kept && self.complaint(pointer).is_none() {
                p class="help" { (visitor.say(words::secret_is_kept())) }
            } @else if !self.complaints.is_empty() && !self.entered.raw(pointer).is_empty() {
                p class="help" { (visitor.say(words::secret_again())) }
            }
            @if may_forget {
                label class="help" {
                    input type="checkbox" name=(forgetting) checked[self.entered.is_ticked(&forgetting)];
                    " " (visitor.say(words::secret_forget()))
                }
            }
        })
    }

    fn frame(&self, line: &Line<'_>, input: &Markup) -> Markup {
        html! {
            div class="field" {
                label for=(line.pointer) {
                    (self.visitor.say(line.title.clone()))
                    @if !line.is_required { " " span class="soft" { (self.visitor.say(words::optional())) } }
                }
                (input)
                (self.help(line))
                (self.wrong(line.pointer))
            }
        }
    }

    fn help(&self, line: &Line<'_>) -> Markup {
        html! {
            @if let Some(help) = &line.help {
                p class="help" id={ (line.pointer) ":help" } { (self.visitor.say(help.clone())) }
            }
        }
    }

    fn wrong(&self, pointer: &str) -> Markup {
        html! {
            @if let Some(complaint) = self.complaint(pointer) {
                p class="wrong" id={ (pointer) ":wrong" } { (page::as_sentence(&told(self.visitor, complaint))) }
            }
        }
    }

    /// That the secret at this place was taken away.
    fn cleared(&self, pointer: &str) -> Option<&Cleared> {
        self.before?.cleared().iter().find(|cleared| cleared.pointer == pointer)
    }

    fn complaint(&self, pointer: &str) -> Option<&Complaint> {
        self.complaints.iter().find(|complaint| is_about(complaint, pointer))
    }

    fn invalid(&self, pointer: &str) -> Option<&'static str> {
        self.complaint(pointer).map(|_| "true")
    }

    /// The ids of what is said about a field.
    fn described(&self, line: &Line<'_>) -> Option<String> {
        let help = line.help.as_ref().map(|_| format!("{}:help", line.pointer));
        let wrong = self.complaint(line.pointer).map(|_| format!("{}:wrong", line.pointer));
        let ids: Vec<String> = help.into_iter().chain(wrong).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }
}

fn line(pointer: &str, title: Sentence, help: Option<Sentence>, is_required: bool) -> Line<'_> {
    Line { pointer, title, help, is_required }
}

/// Whether a complaint is about what this field sets, or about something within.
fn is_about(complaint: &Complaint, pointer: &str) -> bool {
    complaint.pointer.strip_prefix(pointer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// An address that is right as it is, but for gateways and tests.
fn is_rare(field: &Field) -> bool {
    !field.is_required && field.kind == FieldKind::Address && field.default.is_some()
}

/// A choice as it can be seen: what is blank is written as JSON.
fn shown(choice: &str) -> String {
    if choice.is_empty() {
        "–".to_owned()
    } else if choice.trim().is_empty() {
        Value::from(choice).to_string()
    } else {
        choice.to_owned()
    }
}

/// The field that a complaint is about, and what it is called.
fn title_of(fields: &[Field], pointer: &str) -> Option<(String, Sentence)> {
    let fixed = [
        (NAME, words::name()),
        (DEPARTED, words::departed()),
        (SCIM_NAMES, words::scim_names()),
        (SCIM_USER_NAMES, words::scim_user_names()),
        (PROXY_URL, words::proxy_url()),
        (PROXY_USER, words::proxy_user()),
        (PROXY_PASSWORD, words::proxy_password()),
        (CA, words::ca()),
        (CRON, words::cron()),
        (TIME_ZONE, words::time_zone()),
        (JITTER, words::jitter()),
    ];
    let fixed = fixed.into_iter().map(|(pointer, title)| (pointer.to_owned(), title));
    let settings = fields.iter().map(|field| (setting(&field.name), field.title.clone()));
    let within = |(field, _): &(String, Sentence)| {
        pointer.strip_prefix(field.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    fixed.chain(settings).find(within)
}
