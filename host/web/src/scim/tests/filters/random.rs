//! People, questions and spellings by chance, the same ones for the same seed.

use serde_json::{Map, Value, json};

use super::naive::{Attribute, Kind, Literal, Question, Schemas, nanoseconds};

/// Numbers that are as good as random (SplitMix64).
pub(super) struct Chance(u64);

impl Chance {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end).unwrap()).unwrap()
    }

    /// In so many of a hundred.
    fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// Of one source: kind, id and document.
pub(super) fn objects(source: &str) -> Vec<(&'static str, String, Value)> {
    let mut chance = Chance::new(if source == "hq" { 1 } else { 2 });
    let departments = (0..6).map(|n| ("Department", n.to_string(), department(n, &mut chance)));
    let departments: Vec<_> = departments.collect();
    let people = (0..16).map(|n| ("User", format!("P{n}"), person(n, &mut chance)));
    departments.into_iter().chain(people).collect()
}

fn department(n: usize, chance: &mut Chance) -> Value {
    let mut document =
        json!({"displayName": *chance.of(&["研发", "Sales", "SALES 2", "0"]), "flavour": "sour"});
    if n != 0 {
        document["parent"] = json!({"value": chance.below(7).to_string()});
    }
    if chance.percent(50) {
        document["managers"] = json!([{"value": "P1"}, {"value": "nobody"}]);
        document["order"] = chance.below(20).to_string().into();
    }
    if n == 3 {
        document = json!({"userName": "odd"});
    }
    document
}

fn person(n: usize, chance: &mut Chance) -> Value {
    const NAMES: [&str; 8] =
        ["张三", "Zhang San", "ZHANG", "Éva", "a\u{1f}b", "", "İpek", "100% \"wool\" \\"];
    let mut document = Map::new();
    let mut set = |name: &str, percent: usize, value: Value, chance: &mut Chance| {
        if chance.percent(percent) {
            document.insert(name.to_owned(), value);
        }
    };
    let name = *chance.of(&NAMES);
    set("userName", 80, format!("{name}{}", n % 5).into(), chance);
    set("displayName", 70, name.into(), chance);
    set("title", 60, (*chance.of(&["Engineer", "engineer II", "", "工程师"])).into(), chance);
    set("nickName", 30, name.to_lowercase().into(), chance);
    set("active", 70, chance.percent(60).into(), chance);
    set(
        "name",
        60,
        json!({"formatted": name, "familyName": name.chars().take(1).collect::<String>()}),
        chance,
    );
    set("emails", 80, addresses("@x.example", chance), chance);
    set("phoneNumbers", 60, addresses("+86-138", chance), chance);
    set(
        "addresses",
        40,
        json!([{"locality": "Beijing", "type": "work"}, {"country": "CN", "primary": true}]),
        chance,
    );
    set("roles", 30, json!([{"value": "admin"}, {"display": "none"}]), chance);
    set("profileUrl", 30, "https://x.example/Li".into(), chance);
    set("shoeSize", 40, 43.into(), chance);
    let manager = json!({"employeeNumber": chance.below(4).to_string(), "manager": {"value": *chance.of(&["P1", "P5", "?"])}});
    set("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", 60, manager, chance);
    let department = |chance: &mut Chance| {
        let order = chance.below(20).to_string();
        json!({"value": chance.below(8).to_string(), "leader": chance.percent(50), "order": order})
    };
    let departments: Vec<_> = (0..chance.below(3)).map(|_| department(chance)).collect();
    set("urn:rollcall:scim:schemas:extension:2.0:User", 90, json!({"departments": departments}), chance);
    Value::Object(document)
}

fn addresses(stem: &str, chance: &mut Chance) -> Value {
    let one = |chance: &mut Chance| {
        let mut one = Map::new();
        let value = format!("{}{stem}{}", chance.of(&["Li", "li", "wang", " ", ""]), chance.below(3));
        for (name, percent, value) in [
            ("value", 90, Value::from(value)),
            ("type", 70, (*chance.of(&["work", "Home", "mobile", ""])).into()),
            ("display", 20, "shown".into()),
            ("primary", 30, chance.percent(50).into()),
        ] {
            if chance.percent(percent) {
                one.insert(name.to_owned(), value);
            }
        }
        Value::Object(one)
    };
    (0..chance.below(4)).map(|_| one(chance)).collect()
}

/// Makes questions about what is listed.
pub(super) struct Generator<'a> {
    pub(super) chance: Chance,
    schemas: &'a Schemas,
    lists: &'a [(Kind, Value)],
}

/// What is asked about: an attribute of a schema, or a part of one.
struct Leaf {
    attribute: Attribute,
    described: Value,
    /// What resources have there.
    values: Vec<Value>,
}

const OPERATORS: [&str; 9] = ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"];

impl<'a> Generator<'a> {
    pub(super) const fn new(chance: Chance, schemas: &'a Schemas, lists: &'a [(Kind, Value)]) -> Self {
        Self { chance, schemas, lists }
    }

    /// About resources of these types.
    pub(super) fn question(&mut self, kinds: &[Kind]) -> Question {
        loop {
            let depth = self.chance.below(4);
            let question = self.tree(depth, &mut |this| this.about_attribute(kinds));
            // What is longer than a filter may be is not asked.
            if self.spell(&question).len() < 3000 {
                return question;
            }
        }
    }

    fn tree(&mut self, depth: usize, leaf: &mut dyn FnMut(&mut Self) -> Question) -> Question {
        if depth == 0 {
            return leaf(self);
        }
        match self.chance.below(5) {
            0 => leaf(self),
            1 => Question::Not(Box::new(self.tree(depth - 1, leaf))),
            n => {
                let several = (0..2 + self.chance.below(2)).map(|_| self.tree(depth - 1, leaf)).collect();
                if n % 2 == 0 { Question::And(several) } else { Question::Or(several) }
            }
        }
    }

    fn about_attribute(&mut self, kinds: &[Kind]) -> Question {
        let mut leaf = self.leaf(kinds);
        let parts = leaf.described["subAttributes"].as_array().cloned().unwrap_or_default();
        if parts.is_empty() {
            return self.about(leaf);
        }
        let values = leaf.values.clone();
        let mut within = |this: &mut Self| {
            let part = this.chance.of(&parts).clone();
            let leaf = part_of(&values, &part);
            this.about(leaf)
        };
        match self.chance.below(6) {
            0 => Question::Of(leaf.attribute, Box::new(self.tree(1, &mut within))),
            1 => {
                leaf.attribute.brackets = Some(Box::new(self.tree(1, &mut within)));
                self.about_part(leaf, &parts)
            }
            2 => self.about(leaf),
            _ => self.about_part(leaf, &parts),
        }
    }

    fn about_part(&mut self, leaf: Leaf, parts: &[Value]) -> Question {
        let part = self.chance.of(parts).clone();
        let Leaf { described, values, .. } = part_of(&leaf.values, &part);
        let part = described["name"].as_str().map(str::to_owned);
        self.about(Leaf { attribute: Attribute { part, ..leaf.attribute }, described, values })
    }

    fn leaf(&mut self, kinds: &[Kind]) -> Leaf {
        let kind = *self.chance.of(kinds);
        let all: Vec<_> = self.schemas.all(kind).collect();
        let (extension, described) = *self.chance.of(&all);
        let core = format!("urn:ietf:params:scim:schemas:core:2.0:{kind:?}");
        let schema = extension.map_or(core, str::to_owned);
        let name = described["name"].as_str().unwrap();
        // Without a schema, a name must mean the same wherever it is looked for.
        let means =
            kinds.iter().flat_map(|kind| self.schemas.all(*kind)).filter(|(_, one)| one["name"] == *name);
        let is_clear = means.into_iter().all(|(_, one)| is_alike(one, described));
        let is_bare = is_clear && self.chance.percent(70);
        let of_kind = self.lists.iter().filter(|(of, _)| *of == kind);
        let values = of_kind.map(|(_, one)| extension.map_or(one, |extension| &one[extension])[name].clone());
        Leaf {
            attribute: Attribute {
                schema: (!is_bare).then_some(schema),
                name: name.to_owned(),
                part: None,
                brackets: None,
            },
            described: described.clone(),
            values: values.flat_map(each).collect(),
        }
    }

    /// What can be asked about it.
    fn about(&mut self, leaf: Leaf) -> Question {
        let Leaf { attribute, described, values } = leaf;
        let parts = described["subAttributes"].as_array();
        let is_of_parts = parts.is_some_and(|parts| parts.iter().all(|part| part["name"] != "value"));
        if self.chance.percent(15) || (is_of_parts && self.chance.percent(60)) {
            return Question::Present(attribute);
        }
        if is_of_parts || self.chance.percent(5) {
            let operator: &&str = self.chance.of(&OPERATORS[..2]);
            return Question::Compare(attribute, operator, Literal::Null);
        }
        let (described, values) = match parts {
            Some(parts) => {
                let part = parts.iter().find(|part| part["name"] == "value").unwrap();
                let Leaf { described, values, .. } = part_of(&values, part);
                (described, values)
            }
            None => (described, values),
        };
        let operator =
            *self.chance.of(if described["type"] == "boolean" { &OPERATORS[..2] } else { &OPERATORS });
        let literal = match described["type"].as_str().unwrap() {
            "boolean" => self.flag(),
            "dateTime" if !["co", "sw", "ew"].contains(&operator) => self.moment(&values),
            _ => self.text(&values),
        };
        Question::Compare(attribute, operator, literal)
    }

    fn flag(&mut self) -> Literal {
        let flag = self.chance.percent(50);
        match self.chance.below(3) {
            0 => Literal::Text(if flag { "True" } else { "FALSE" }.to_owned()),
            _ => Literal::Flag(flag),
        }
    }

    fn moment(&mut self, values: &[Value]) -> Literal {
        const SHIFTS: [i128; 7] = [0, 0, 1, -1, 1_000_000, -1_000_000_000, 86_400_000_000_000];
        let told = self.chance.of(values).as_str().unwrap();
        let moment = nanoseconds(told) + self.chance.of(&SHIFTS);
        let minutes = *self.chance.of(&[0, 480, -210]);
        Literal::Text(written(moment, minutes))
    }

    fn text(&mut self, values: &[Value]) -> Literal {
        const ODD: [&str; 10] = ["", " ", "张", "a", "É", "e\u{301}", "\u{1f}", "\"", "%", "zz"];
        if self.chance.percent(4) {
            return Literal::Flag(true);
        }
        if self.chance.percent(4) {
            return Literal::Number(self.chance.below(4).to_string());
        }
        let told = if values.is_empty() { None } else { self.chance.of(values).as_str().map(str::to_owned) };
        let Some(told) = told.filter(|_| self.chance.percent(85)) else {
            return Literal::Text((*self.chance.of(&ODD)).to_owned());
        };
        let letters: Vec<char> = told.chars().collect();
        let n = self.chance.below(letters.len() + 1);
        Literal::Text(match self.chance.below(6) {
            0 => letters[..n].iter().collect(),
            1 => letters[n..].iter().collect(),
            2 => told.to_uppercase(),
            3 => format!("{told}x"),
            _ => told,
        })
    }

    /// One of the ways in which it can be written.
    pub(super) fn spell(&mut self, question: &Question) -> String {
        match question {
            Question::Present(attribute) => format!("{}{}", self.name(attribute), self.word("pr").trim_end()),
            Question::Compare(attribute, operator, literal) => {
                format!("{}{}{}", self.name(attribute), self.word(operator), self.literal(literal))
            }
            Question::And(all) => self.joined(all, "and"),
            Question::Or(any) => self.joined(any, "or"),
            Question::Not(one) => format!("{}({})", self.word("not").trim_start(), self.spell(one)),
            Question::Of(attribute, within) => format!("{}[{}]", self.name(attribute), self.spell(within)),
        }
    }

    fn joined(&mut self, all: &[Question], word: &str) -> String {
        let mut text = String::new();
        for (n, one) in all.iter().enumerate() {
            if n != 0 {
                text.push_str(&self.word(word));
            }
            let is_joined = matches!(one, Question::And(_) | Question::Or(_));
            // `and` binds more than `or`.
            let needs = matches!((one, word), (Question::Or(_), "and"));
            let one = self.spell(one);
            let in_parentheses = needs || (is_joined && self.chance.percent(70)) || self.chance.percent(5);
            text.push_str(&if in_parentheses { format!("({one})") } else { one });
        }
        text
    }

    fn name(&mut self, attribute: &Attribute) -> String {
        let mut name = attribute.schema.as_ref().map(|schema| format!("{schema}:")).unwrap_or_default();
        name.push_str(&attribute.name);
        let mut name = self.case(&name);
        if let Some(within) = &attribute.brackets {
            name.push_str(&format!("[{}]", self.spell(within)));
        }
        if let Some(part) = &attribute.part {
            name.push_str(&format!(".{}", self.case(part)));
        }
        name
    }

    fn word(&mut self, word: &str) -> String {
        let spaces = *self.chance.of(&[" ", " ", " ", "  "]);
        format!("{spaces}{}{spaces}", self.case(word))
    }

    fn case(&mut self, word: &str) -> String {
        match self.chance.below(6) {
            0 => word.to_uppercase(),
            1 => word.to_lowercase(),
            _ => word.to_owned(),
        }
    }

    fn literal(&mut self, literal: &Literal) -> String {
        match literal {
            Literal::Text(text) => Value::from(text.as_str()).to_string(),
            Literal::Number(number) => number.clone(),
            Literal::Flag(flag) => self.case(&flag.to_string()),
            Literal::Null => self.case("null"),
        }
    }
}

fn is_alike(one: &Value, other: &Value) -> bool {
    ["type", "subAttributes"].iter().all(|name| one[name] == other[name])
}

fn each(value: Value) -> Vec<Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(values) => values,
        one @ (Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_)) => vec![one],
    }
}

/// A part of values.
fn part_of(values: &[Value], part: &Value) -> Leaf {
    let name = part["name"].as_str().unwrap();
    Leaf {
        attribute: Attribute { schema: None, name: name.to_owned(), part: None, brackets: None },
        described: part.clone(),
        values: values.iter().flat_map(|value| each(value[name].clone())).collect(),
    }
}

/// Nanoseconds since 1970, as they are written so many minutes ahead of UTC.
fn written(moment: i128, minutes: i128) -> String {
    let local = moment + minutes * 60_000_000_000;
    let (seconds, fraction) = (local.div_euclid(1_000_000_000), local.rem_euclid(1_000_000_000));
    let (mut day, of_day) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let is_leap = |year: i128| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let mut year = 1970;
    while day >= 365 + i128::from(is_leap(year)) {
        day -= 365 + i128::from(is_leap(year));
        year += 1;
    }
    let mut month = 1;
    for length in [31, 28 + i128::from(is_leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30] {
        if day < length {
            break;
        }
        day -= length;
        month += 1;
    }
    let time = format!("{:02}:{:02}:{:02}", of_day / 3600, of_day / 60 % 60, of_day % 60);
    let fraction = if fraction == 0 { String::new() } else { format!(".{fraction:09}") };
    let sign = if minutes < 0 { '-' } else { '+' };
    let zone = match minutes.abs() {
        0 => "Z".to_owned(),
        ahead => format!("{sign}{:02}:{:02}", ahead / 60, ahead % 60),
    };
    format!("{year:04}-{month:02}-{:02}T{time}{fraction}{zone}", day + 1)
}

#[test]
fn a_moment_that_is_written_is_the_one_that_was_meant() {
    let mut chance = Chance::new(1);
    for _ in 0..1000 {
        let moment = i128::from(chance.next() % 4_102_444_800_000_000_000);
        for minutes in [0, 480, -210] {
            let text = written(moment, minutes);
            assert_eq!(nanoseconds(&text), moment, "{text}");
        }
    }
}
