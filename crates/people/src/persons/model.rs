//! Rules about a person's data: what is asked, what is checked, how a learner's number and code look.

use super::sealed;
use super::store::PersonRow;
use data_encoding::{BASE32_NOPAD, BASE64URL_NOPAD};
use db::{Value, text_enum};
use kernel::{Date, IdNumber, Instant, OrgId, PersonId, PersonName, Phone};
use platform::{FieldError, KeyRing, Random};

text_enum! {
    /// Sex as on the identity document.
    pub enum Sex {
        /// 男
        Male => "male",
        /// 女
        Female => "female",
    }
}

impl Sex {
    /// The word on screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Male => "男",
            Self::Female => "女",
        }
    }
}

impl From<kernel::Sex> for Sex {
    fn from(sex: kernel::Sex) -> Self {
        match sex {
            kernel::Sex::Male => Self::Male,
            kernel::Sex::Female => Self::Female,
        }
    }
}

text_enum! {
    /// Whether a person takes part.
    pub enum PersonStatus {
        /// Takes part.
        Active => "active",
        /// No longer: signs in nowhere, stays in old rolls.
        Closed => "closed",
    }
}

text_enum! {
    /// Something that a school should know to help.
    pub enum Need {
        /// Hears badly.
        Hearing => "hearing",
        /// Sees badly.
        Sight => "sight",
        /// Walks badly.
        Walking => "walking",
        /// Speaks a dialect.
        Dialect => "dialect",
        /// Reads little.
        Reading => "reading",
    }
}

impl Need {
    /// The words on screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Hearing => "听力不便",
            Self::Sight => "视力不便",
            Self::Walking => "行动不便",
            Self::Dialect => "说方言",
            Self::Reading => "认字不多",
        }
    }
}

/// What was typed about a person; every text may be empty except the name.
#[derive(Debug, Clone, Default)]
pub struct PersonDraft {
    /// Name.
    pub name: String,
    /// `male` or `female`; may be empty with an identity number.
    pub sex: String,
    /// Day of birth; may be missing with an identity number.
    pub birth: Option<Date>,
    /// Identity number; may be empty.
    pub id_number: String,
    /// Telephone number; may be empty.
    pub phone: String,
    /// Neighbourhood they live in.
    pub home: Option<OrgId>,
    /// Codes of [`Need`].
    pub needs: Vec<String>,
    /// Emergency contact: name and telephone; may be empty.
    pub contact: String,
    /// The org at whose desk they are registered; `None` for those who register themselves.
    pub org: Option<OrgId>,
    /// Whether it is somebody else than those alike who are there: the clerk has looked.
    pub another: bool,
}

/// What is stored otherwise than typed, as `姓名现在是“李明”`, for a clerk whose page is out of date; numbers masked.
#[must_use]
pub fn differences(now: &PersonRow, typed: &Checked) -> Vec<String> {
    let none = || "没有填".to_owned();
    let mut all = Vec::new();
    let mut tell = |differs: bool, label: &str, value: String| {
        if differs {
            all.push(format!("{label}现在是“{value}”"));
        }
    };
    let masked = |number: &Option<String>| number.clone().unwrap_or_else(none);
    let id_number = typed.id_number.as_ref().map(IdNumber::masked);
    let phone = typed.phone.as_ref().map(Phone::masked);
    let needs = now.needs.split(',').filter_map(|need| need.parse::<Need>().ok());
    let needs: Vec<&str> = needs.map(Need::label).collect();
    let sex = now.sex.map_or_else(none, |sex| sex.label().to_owned());
    let birth = now.birth.map_or_else(none, kernel::chinese_date::date_text);
    tell(now.name != typed.name.as_str(), "姓名", now.name.clone());
    tell(now.sex != Some(typed.sex), "性别", sex);
    tell(now.birth != Some(typed.birth), "出生日期", birth);
    tell(now.id_masked != id_number, "身份证号", masked(&now.id_masked));
    tell(now.phone_masked != phone, "手机号", masked(&now.phone_masked));
    tell(
        now.home_org_id != typed.home,
        "住的居委",
        now.home_name.clone().unwrap_or_else(none),
    );
    tell(
        now.needs != typed.needs,
        "需要照顾的地方",
        match needs.is_empty() {
            true => none(),
            false => needs.join("、"),
        },
    );
    all
}

/// A person whose data passed every check.
#[derive(Debug, Clone)]
pub struct Checked {
    /// Name.
    pub name: PersonName,
    /// Sex.
    pub sex: Sex,
    /// Day of birth.
    pub birth: Date,
    /// Identity number.
    pub id_number: Option<IdNumber>,
    /// Telephone number.
    pub phone: Option<Phone>,
    /// Neighbourhood.
    pub home: Option<OrgId>,
    /// Codes of needs with commas between.
    pub needs: String,
    /// Emergency contact.
    pub contact: Option<String>,
    /// Where they are registered.
    pub org: Option<OrgId>,
}

/// Checks what was typed. An identity number decides birth and sex; what was typed beside it must agree with it.
///
/// # Errors
/// A sentence for every wrong field.
pub fn check(draft: &PersonDraft, today: Date) -> Result<Checked, Vec<FieldError>> {
    let mut wrong: Vec<FieldError> = Vec::new();
    let mut say = |field: &str, sentence: String| {
        wrong.push(FieldError {
            field: field.into(),
            sentence,
        });
    };
    let name = PersonName::parse(&draft.name)
        .map_err(|error| say("name", error.sentence()))
        .ok();
    let id_number = optional(&draft.id_number, |text| {
        IdNumber::parse(text).map_err(|error| say("id_number", error.sentence()))
    });
    let phone = optional(&draft.phone, |text| {
        Phone::parse(text).map_err(|error| say("phone", error.sentence()))
    });
    let typed_sex: Option<Sex> = draft.sex.parse().ok();
    let sex = id_number.as_ref().map(|id| Sex::from(id.sex())).or(typed_sex);
    let birth = id_number.as_ref().map(IdNumber::birth_date).or(draft.birth);
    for (field, sentence) in disagreements(draft, id_number.is_some(), (typed_sex, sex), birth, today) {
        say(field, sentence.into());
    }
    let contact = kernel::bounded(&draft.contact, 0, 60, "紧急联系人")
        .map_err(|sentence| say("contact", sentence))
        .unwrap_or_default();
    if draft.needs.iter().any(|need| need.parse::<Need>().is_err()) {
        say("needs", "请从列出的需要里选。".into());
    }
    match (name, sex, birth, wrong.is_empty()) {
        (Some(name), Some(sex), Some(birth), true) => Ok(Checked {
            name,
            sex,
            birth,
            id_number,
            phone,
            home: draft.home,
            needs: draft.needs.join(","),
            contact: Some(contact).filter(|text| !text.is_empty()),
            org: draft.org,
        }),
        _ => Err(wrong),
    }
}

/// What is wrong with sex and birth: they disagree with the identity number, are missing, or cannot be.
fn disagreements(
    draft: &PersonDraft,
    has_id: bool,
    (typed_sex, sex): (Option<Sex>, Option<Sex>),
    birth: Option<Date>,
    today: Date,
) -> Vec<(&'static str, &'static str)> {
    let mut wrong = Vec::new();
    if has_id && typed_sex.is_some() && typed_sex != sex {
        wrong.push((
            "sex",
            "选的性别和身份证号对不上。请看一遍身份证号，或把性别改过来。",
        ));
    }
    if has_id && draft.birth.is_some() && draft.birth != birth {
        wrong.push(("birth", "填的出生日期和身份证号对不上。请对照身份证改一改。"));
    }
    let no_id_typed = draft.id_number.trim().is_empty();
    if sex.is_none() && no_id_typed {
        wrong.push(("sex", "请选择性别，或填身份证号。"));
    }
    match birth {
        None if no_id_typed => {
            wrong.push(("birth", "请填写出生日期，例如 1955-03-15；有些班级按年龄招生。"));
        }
        Some(day) if day > today => wrong.push(("birth", "出生日期在今天以后。请再看一遍年份。")),
        Some(day) if today.year() - day.year() > 130 => {
            wrong.push(("birth", "出生日期太早了。请再看一遍年份。"));
        }
        _ => {}
    }
    wrong
}

fn optional<T>(text: &str, parse: impl FnOnce(&str) -> Result<T, ()>) -> Option<T> {
    let text = text.trim();
    if text.is_empty() { None } else { parse(text).ok() }
}

/// Pinyin and initials of a name as the column `spelling` keeps them, other readings too: ` liming limeng lm`.
#[must_use]
pub fn spelling(name: &str) -> String {
    let forms = kernel::pinyin::search_forms(name);
    forms.iter().map(|form| format!(" {form}")).collect()
}

/// A learner's number: X and eight digits.
#[must_use]
pub fn new_number(random: &Random) -> String {
    format!("X{}", random.digits(8))
}

/// Columns of a person in the order of [`cells`], for loading many at once.
pub const COLUMNS: &[&str] = &[
    "id",
    "number",
    "name",
    "sort_key",
    "spelling",
    "sex",
    "birth",
    "id_kind",
    "id_sealed",
    "id_index",
    "id_masked",
    "phone_sealed",
    "phone_index",
    "phone_masked",
    "home_org_id",
    "registered_at_org_id",
    "needs",
    "contact_sealed",
    "status",
    "code_serial",
    "created_at",
    "version",
];

/// The row of a new person.
#[must_use]
pub fn cells(keys: &KeyRing, id: PersonId, number: &str, person: &Checked, now: Instant) -> Vec<Value> {
    let name = person.name.as_str();
    let id_number = person.id_number.as_ref();
    let phone = person.phone.as_ref();
    let contact = person.contact.as_ref();
    vec![
        id.into(),
        number.into(),
        name.into(),
        kernel::pinyin::person_sort_key(name).into(),
        spelling(name).into(),
        person.sex.into(),
        person.birth.into(),
        id_number.map(|_| "resident").into(),
        id_number
            .map(|number| keys.seal(number.as_str(), &sealed::id_place(id)))
            .into(),
        id_number.map(|number| sealed::id_index(keys, number)).into(),
        id_number.map(IdNumber::masked).into(),
        phone
            .map(|phone| keys.seal(phone.as_str(), &sealed::phone_place(id)))
            .into(),
        phone.map(|phone| sealed::phone_index(keys, phone)).into(),
        phone.map(Phone::masked).into(),
        person.home.into(),
        person.org.into(),
        person.needs.as_str().into(),
        contact
            .map(|text| keys.seal(text, &sealed::contact_place(id)))
            .into(),
        PersonStatus::Active.into(),
        1_i64.into(),
        now.into(),
        1_i64.into(),
    ]
}

/// The learner's code (学习码): `XQ1-person-serial-mark`, all of it letters that a small QR code takes.
/// The mark is 40 bits; guessing is bounded by the limits on whoever asks.
#[must_use]
pub fn code_text(keys: &KeyRing, person: PersonId, serial: i64) -> String {
    let body = format!("XQ1-{person}-{serial}").to_uppercase();
    let mark = code_mark(keys, &body);
    format!("{body}-{mark}")
}

fn code_mark(keys: &KeyRing, body: &str) -> String {
    let whole = keys.blind_index("learner-code", body);
    let text = whole.split('.').nth(1).unwrap_or_default();
    let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).unwrap_or_default();
    let short: Vec<u8> = bytes.into_iter().take(5).collect();
    BASE32_NOPAD.encode(&short)
}

/// Person and serial of a code whose mark is right.
#[must_use]
pub fn read_code(keys: &KeyRing, text: &str) -> Option<(PersonId, i64)> {
    let text = text.trim().to_uppercase();
    let (body, mark) = text.rsplit_once('-')?;
    let mut parts = body.split('-');
    let (Some("XQ1"), Some(person), Some(serial), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return None;
    };
    let right = code_mark(keys, body);
    (mark == right).then_some((person.parse().ok()?, serial.parse().ok()?))
}

/// What a search text is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// Nothing typed: everybody.
    Anybody,
    /// A learner's number.
    Number(String),
    /// A learner's code.
    Code(String),
    /// A whole telephone number.
    Phone(Phone),
    /// A whole identity number.
    IdNumber(IdNumber),
    /// The last four digits of a telephone number.
    PhoneTail(String),
    /// Letters: pinyin or initials.
    Spelling(String),
    /// The beginning of a name.
    Name(String),
}

/// Reads a search text.
#[must_use]
pub fn wanted(text: &str) -> Wanted {
    let text = kernel::normalise_width(text).trim().to_owned();
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    if text.is_empty() {
        return Wanted::Anybody;
    }
    if text.to_ascii_uppercase().starts_with("XQ1-") {
        return Wanted::Code(text);
    }
    if digits == 8 && text.len() == 9 && text.starts_with(['X', 'x']) {
        return Wanted::Number(text.to_ascii_uppercase());
    }
    if let Ok(id) = IdNumber::parse(&text) {
        return Wanted::IdNumber(id);
    }
    if let Ok(phone) = Phone::parse(&text) {
        return Wanted::Phone(phone);
    }
    if digits == 4 && text.len() == 4 {
        return Wanted::PhoneTail(text);
    }
    if text
        .bytes()
        .all(|byte| byte.is_ascii_alphabetic() || byte == b' ')
    {
        let letters = text.bytes().filter(|byte| *byte != b' ');
        return Wanted::Spelling(letters.map(|b| char::from(b.to_ascii_lowercase())).collect());
    }
    let name: String = text.chars().filter(|c| !matches!(c, '%' | '_' | '\\')).collect();
    if name.is_empty() {
        // Signs that no name has find nobody, not everybody.
        return Wanted::Number(text.to_owned());
    }
    Wanted::Name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> Date {
        "2026-11-22".parse().unwrap()
    }

    fn draft() -> PersonDraft {
        PersonDraft {
            name: "王 秀英".into(),
            sex: "female".into(),
            birth: Some("1955-03-15".parse().unwrap()),
            ..PersonDraft::default()
        }
    }

    #[test]
    fn each_wrong_field_has_its_sentence() {
        type Change = fn(&mut PersonDraft);
        let cases: [(Change, &str); 9] = [
            (|d| d.name = "王2".into(), "name"),
            (|d| d.name = String::new(), "name"),
            (|d| d.sex = String::new(), "sex"),
            (|d| d.birth = None, "birth"),
            (|d| d.birth = "2030-01-01".parse().ok(), "birth"),
            (|d| d.birth = "1880-01-01".parse().ok(), "birth"),
            (|d| d.id_number = "11010519491231002Y".into(), "id_number"),
            (|d| d.phone = "1380013800".into(), "phone"),
            (|d| d.needs = vec!["wings".into()], "needs"),
        ];
        for (change, field) in cases {
            let mut typed = draft();
            change(&mut typed);
            let wrong = check(&typed, today()).unwrap_err();
            assert!(
                wrong.iter().any(|error| error.field == field),
                "{field}: {wrong:?}"
            );
        }
        assert_eq!(check(&draft(), today()).unwrap().name.as_str(), "王秀英");
    }

    #[test]
    fn an_identity_number_decides_birth_and_sex() {
        let mut typed = draft();
        typed.id_number = "11010519491231002X".into();
        let wrong = check(&typed, today()).unwrap_err();
        assert_eq!(wrong.len(), 1, "{wrong:?}");
        typed.birth = None;
        typed.sex = String::new();
        let person = check(&typed, today()).unwrap();
        assert_eq!(person.birth.to_string(), "1949-12-31");
        assert_eq!(person.sex, Sex::Female);
        typed.sex = "male".into();
        assert_eq!(check(&typed, today()).unwrap_err()[0].field, "sex");
    }

    #[test]
    fn a_code_is_read_back_and_not_forged() {
        let keys = KeyRing::in_memory(platform::Suite::International, &Random::seeded(1));
        let person = PersonId::from_raw(77);
        let text = code_text(&keys, person, 3);
        assert_eq!(read_code(&keys, &text), Some((person, 3)));
        assert_eq!(read_code(&keys, &text.to_lowercase()), Some((person, 3)));
        for bad in [
            "",
            "XQ1",
            "XQ1-1-2-3",
            &text.replace("-3-", "-4-"),
            &format!("{text}A"),
        ] {
            assert_eq!(read_code(&keys, bad), None, "{bad}");
        }
    }

    #[test]
    fn a_search_text_is_understood() {
        for (text, meant) in [
            ("", Wanted::Anybody),
            (" x12345678", Wanted::Number("X12345678".into())),
            ("1234", Wanted::PhoneTail("1234".into())),
            ("Li Ming", Wanted::Spelling("liming".into())),
            ("李%明", Wanted::Name("李明".into())),
            ("%", Wanted::Number("%".into())),
            ("13800138000", Wanted::Phone(Phone::parse("13800138000").unwrap())),
        ] {
            assert_eq!(wanted(text), meant, "{text}");
        }
        // 明 is read méng in old names too.
        assert_eq!(spelling("李明"), " liming limeng lm");
    }
}
