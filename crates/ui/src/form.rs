//! A form: its fields, what was typed, what is wrong. One value serves the empty page, the checked post and the page
//! shown again, so nothing typed is ever lost.

use std::fmt::Display;

use askama::Template;
use askama::filters::HtmlSafe;
use kernel::{Date, Time};
use platform::{AppError, AppResult};

use crate::catalogue::{fill, retell, translate};
use crate::field::{Field, FieldSlot, FieldView, check, clean, fen_of, parse_date, parse_time};
use crate::html::Html;
use crate::view::Lang;

/// Names and values as posted, in order.
pub type Pairs = Vec<(String, String)>;

/// The fields of a page with their values and errors.
#[derive(Debug, Clone, Default)]
pub struct Form {
    fields: Vec<Field>,
    general: Vec<String>,
    lang: Lang,
}

impl Form {
    /// A form nobody has filled in yet.
    pub fn blank(fields: Vec<Field>, lang: Lang) -> Self {
        Self {
            fields,
            general: Vec::new(),
            lang,
        }
    }

    /// Tells its elements' ids apart from those of another form of the page whose fields have the same names.
    #[must_use]
    pub fn apart(mut self, by: &str) -> Self {
        for field in &mut self.fields {
            field.key = format!("{}-{by}", field.name);
        }
        self
    }

    /// A form as posted: values are cleaned, kept and checked; names that no field has are left out.
    pub fn from_pairs(fields: Vec<Field>, lang: Lang, pairs: &[(String, String)]) -> Self {
        let mut form = Self::blank(fields, lang);
        for field in &mut form.fields {
            let typed = pairs.iter().filter(|(name, _)| *name == field.name);
            field.values = typed.map(|(_, value)| clean(field.kind, value)).collect();
            field.error = check(field, lang);
        }
        form
    }

    /// Sets the value shown first, for a form that changes something that exists.
    #[must_use]
    pub fn fill(mut self, name: &str, value: impl Display) -> Self {
        if let Some(field) = self.fields.iter_mut().find(|field| field.name == name) {
            field.values = vec![value.to_string()];
        }
        self
    }

    /// Sets several ticked answers.
    #[must_use]
    pub fn fill_all(mut self, name: &str, values: Vec<String>) -> Self {
        if let Some(field) = self.fields.iter_mut().find(|field| field.name == name) {
            field.values = values;
        }
        self
    }

    /// The field to print; printing a field the form does not have is an error of the page.
    pub fn field(&self, name: &str) -> FieldSlot<'_> {
        self.find(name).map_or(FieldSlot::Unknown, |field| {
            FieldSlot::Known(FieldView::new(field, self.lang))
        })
    }

    /// All fields in order, for a page that shows nothing between them.
    pub fn fields(&self) -> impl Iterator<Item = FieldView<'_>> {
        self.fields.iter().map(|field| FieldView::new(field, self.lang))
    }

    /// All fields in order as one piece, hidden ones too, for a component that takes them as an argument.
    pub fn all_fields(&self) -> Html {
        let mut html = Html::new();
        for field in self.fields() {
            html.add(&field);
        }
        html
    }

    /// Whether nothing is wrong.
    pub fn is_valid(&self) -> bool {
        self.general.is_empty() && self.fields.iter().all(|field| field.error.is_none())
    }

    /// Says what is wrong with a field, beside it and in the summary, in the form's language; a field the form does not have
    /// counts as general.
    pub fn error(&mut self, name: &str, sentence: impl Into<String>) {
        let sentence = retell(self.lang, &sentence.into());
        match self.fields.iter_mut().find(|field| field.name == name) {
            Some(field) => field.error = Some(sentence),
            None => self.general.push(sentence),
        }
    }

    /// Says what is wrong with the form as a whole.
    pub fn refuse(&mut self, sentence: impl Into<String>) {
        self.general.push(retell(self.lang, &sentence.into()));
    }

    /// Puts an error of an action that people can mend into the form, and gives the status of the page shown again.
    ///
    /// # Errors
    /// The error itself, when no form can mend it.
    pub fn take_up(&mut self, error: AppError) -> AppResult<u16> {
        let status = error.status();
        match error {
            AppError::Invalid(wrong) => {
                for one in wrong {
                    self.error(&one.field, one.sentence);
                }
            }
            AppError::Refused { sentence, .. } => self.refuse(sentence),
            other => return Err(other),
        }
        Ok(status)
    }

    /// The error summary for the top of the page; it prints nothing when nothing is wrong.
    pub fn errors(&self) -> ErrorSummary {
        let of_fields = self.fields.iter().filter_map(|field| {
            field
                .error
                .as_ref()
                .map(|sentence| (format!("#f-{}", field.key), sentence.clone()))
        });
        let general = self
            .general
            .iter()
            .map(|sentence| (String::new(), sentence.clone()));
        ErrorSummary {
            items: general.chain(of_fields).collect(),
            lang: self.lang,
        }
    }

    /// The cleaned text of a field; empty when it was left empty.
    pub fn get(&self, name: &str) -> &str {
        self.find(name).map_or("", Field::first)
    }

    /// The cleaned text of a field, or `None` when it was left empty.
    pub fn some(&self, name: &str) -> Option<&str> {
        Some(self.get(name)).filter(|text| !text.is_empty())
    }

    /// All values of a field of checkboxes.
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.find(name)
            .map(|field| field.values.iter().map(String::as_str).collect())
            .unwrap_or_default()
    }

    /// A whole number.
    pub fn number(&self, name: &str) -> Option<i64> {
        self.get(name).parse().ok()
    }

    /// An amount in fen.
    pub fn fen(&self, name: &str) -> Option<i64> {
        fen_of(self.get(name))
    }

    /// A day.
    pub fn date(&self, name: &str) -> Option<Date> {
        parse_date(self.get(name))
    }

    /// A time of day.
    pub fn time(&self, name: &str) -> Option<Time> {
        parse_time(self.get(name))
    }

    /// Whether a box is ticked.
    pub fn ticked(&self, name: &str) -> bool {
        self.some(name).is_some()
    }

    fn find(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// What is wrong on this page, with a link to each field.
#[derive(Debug, Template)]
#[template(path = "ui/error_summary.html")]
pub struct ErrorSummary {
    items: Vec<(String, String)>,
    lang: Lang,
}

impl ErrorSummary {
    fn title(&self) -> String {
        fill(translate(self.lang, "有 {} 处要改"), &[&self.items.len()])
    }
}

impl HtmlSafe for ErrorSummary {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::Choice;

    fn fields() -> Vec<Field> {
        vec![
            Field::text("name", "姓名", 2, 6)
                .hint("和身份证上一样")
                .autocomplete("name"),
            Field::phone("phone", "手机号"),
            Field::number("age", "年龄", 1, 120),
            Field::money("fee", "学费").optional(),
            Field::date("born", "出生日期").optional(),
            Field::time("starts", "开始时间").optional(),
            Field::code("code", "验证码", 6).optional(),
            Field::password("secret", "密码").optional(),
            Field::textarea("note", "备注", 10).optional(),
            Field::select(
                "mode",
                "方式",
                vec![Choice::new("on", "线上"), Choice::new("off", "线下")],
            )
            .optional(),
            Field::radios(
                "level",
                "程度",
                vec![Choice::new("a", "入门"), Choice::new("b", "提高")],
            )
            .optional(),
            Field::checkboxes(
                "days",
                "星期",
                vec![Choice::new("1", "周一"), Choice::new("2", "周二")],
            )
            .optional(),
            Field::tick("agree", "我看过须知").optional(),
            Field::file("list", "名单", ".csv").optional(),
            Field::hidden("version"),
        ]
    }

    fn posted(pairs: &[(&str, &str)]) -> Form {
        let mut all: Pairs = [("name", "王阿姨"), ("phone", "13800138000"), ("age", "66")]
            .iter()
            .filter(|(name, _)| pairs.iter().all(|(given, _)| given != name))
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        all.extend(
            pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        Form::from_pairs(fields(), Lang::Zh, &all)
    }

    #[test]
    fn each_rule_has_its_sentence() {
        for (name, typed, sentence) in [
            ("name", "", "请填写姓名。"),
            ("name", "   ", "请填写姓名。"),
            ("name", "王", "姓名至少要 2 个字，您填了 1 个字。"),
            (
                "name",
                "一二三四五六七",
                "姓名最多 6 个字，您填了 7 个字，请删去一些。",
            ),
            ("phone", "1380013800", "手机号要 11 位数字，您填了 10 位。"),
            ("phone", "23800138000", "手机号要以 1 开头，请再看一遍。"),
            ("phone", "138abc38000", "手机号只有数字，请去掉别的字。"),
            ("age", "六十", "年龄要填整数，例如 12。"),
            ("age", "121", "年龄要在 1 到 120 之间，您填了 121。"),
            ("age", "99999999999999999999", "年龄要填整数，例如 12。"),
            ("fee", "12.345", "学费要填金额，最多两位小数，例如 120 或 99.50。"),
            ("fee", "-1", "学费要填金额，最多两位小数，例如 120 或 99.50。"),
            ("born", "2026-02-30", "出生日期要填日期，例如 2026-03-15。"),
            ("starts", "25:00", "开始时间要填时间，例如 09:30。"),
            ("code", "12345", "验证码是 6 位数字，您填了 5 位。"),
            (
                "note",
                "一二三四五六七八九十多",
                "备注最多 10 个字，您填了 11 个字，请删去一些。",
            ),
            ("mode", "moon", "请从列出的方式里选。"),
            ("days", "9", "请从列出的星期里选。"),
        ] {
            let form = posted(&[(name, typed)]);
            assert!(!form.is_valid(), "{name}={typed}");
            assert!(
                form.errors().to_string().contains(sentence),
                "{name}={typed}: {}",
                form.errors()
            );
        }
    }

    #[test]
    fn what_people_type_is_understood() {
        let form = posted(&[
            ("name", "  李\u{0}伯 "),
            ("phone", "１３８ ０013-8000"),
            ("age", "６６"),
            ("fee", "99。5"),
            ("born", "1956年3月5日"),
            ("starts", "９：３０"),
            ("note", "一\r\n二"),
            ("days", "1"),
            ("days", "2"),
            ("agree", "yes"),
            ("stranger", "x"),
        ]);
        assert!(form.is_valid(), "{}", form.errors());
        assert_eq!(
            (form.get("name"), form.get("phone"), form.number("age")),
            ("李伯", "13800138000", Some(66))
        );
        assert_eq!(
            (form.fen("fee"), form.date("born")),
            (Some(9950), Date::new(1956, 3, 5).ok())
        );
        assert_eq!(
            (form.time("starts"), form.get("note")),
            (Time::new(9, 30, 0, 0).ok(), "一\n二")
        );
        assert_eq!(
            (form.all("days"), form.ticked("agree"), form.get("stranger")),
            (vec!["1", "2"], true, "")
        );
        assert_eq!(form.some("mode"), None);
    }

    #[test]
    fn typed_text_comes_back_escaped_and_passwords_do_not() {
        let form = posted(&[
            ("name", "\"><script>"),
            ("secret", "hunter2"),
            ("note", "</textarea><script>"),
        ]);
        let page: String = form.fields().map(|field| field.to_string()).collect();
        assert!(page.contains("value=\"&#34;&#62;&#60;script&#62;\""), "{page}");
        assert!(!page.contains("<script>") && !page.contains("hunter2"), "{page}");
        assert!(form.errors().to_string().contains("href=\"#f-note\""));
    }

    #[test]
    fn two_forms_of_a_page_share_names_and_no_ids() {
        let mut form = posted(&[]).apart("health");
        form.error("phone", "这个手机号已登记。");
        let field = form.field("phone").to_string();
        for part in [
            "for=\"f-phone-health\"",
            "id=\"f-phone-health\"",
            "name=\"phone\"",
            "id=\"e-phone-health\"",
            "aria-describedby=\"e-phone-health\"",
        ] {
            assert!(field.contains(part), "{part}: {field}");
        }
        assert!(form.errors().to_string().contains("href=\"#f-phone-health\""));
    }

    #[test]
    fn an_error_of_the_domain_stands_beside_its_field() {
        let mut form = posted(&[]);
        assert_eq!(form.errors().to_string(), "");
        form.error("phone", "这个手机号已登记。<b>");
        form.refuse("这个班刚刚满了。");
        let field = form.field("phone").to_string();
        assert!(
            field.contains("aria-invalid=\"true\"") && field.contains("aria-describedby=\"e-phone\""),
            "{field}"
        );
        let summary = form.errors().to_string();
        assert!(
            summary.contains("role=\"alert\"") && summary.contains("有 2 处要改"),
            "{summary}"
        );
        assert!(summary.contains("&#60;b&#62;"), "{summary}");
    }

    #[test]
    fn an_actions_error_is_taken_up_or_goes_on() {
        let mut form = posted(&[]);
        let wrong = AppError::invalid("phone", "这个手机号已登记。");
        assert_eq!(form.take_up(wrong), Ok(422));
        assert_eq!(
            form.take_up(AppError::refused("full", "这个班刚刚满了。")),
            Ok(409)
        );
        let shown = form.errors().to_string();
        assert!(
            shown.contains("这个手机号已登记。") && shown.contains("这个班刚刚满了。"),
            "{shown}"
        );
        assert_eq!(form.take_up(AppError::NotFound), Err(AppError::NotFound));
    }

    #[test]
    fn a_misspelt_field_fails_the_page() {
        use std::fmt::Write as _;
        let mut out = String::new();
        assert!(write!(out, "{}", posted(&[]).field("nmae")).is_err());
    }

    #[test]
    fn every_label_is_tied_to_its_box() {
        let form = posted(&[("level", "b")]);
        for view in form.fields() {
            let html = view.to_string();
            if html.contains("hidden") {
                continue;
            }
            for part in html.split("for=\"").skip(1) {
                let id = part.split('"').next().unwrap();
                assert!(html.contains(&format!("id=\"{id}\"")), "{html}");
            }
        }
        assert!(form.field("level").to_string().contains("value=\"b\" checked"));
    }

    #[test]
    fn english_labels_and_sentences() {
        let form = Form::from_pairs(vec![Field::phone("phone", "手机号")], Lang::En, &[]);
        assert!(
            form.errors().to_string().contains("Please fill in"),
            "{}",
            form.errors()
        );
        assert!(form.field("phone").to_string().contains("Mobile number"));
    }
}
