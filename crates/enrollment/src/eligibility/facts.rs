//! The facts that an expression may ask for. Only what the records really hold.

use cel::{Context, Value};

/// A fact by the name that an expression uses, and what it is on screen.
pub const NAMES: &[(&str, &str)] = &[
    ("age", "开课那天满几岁（数）"),
    ("sex", "性别：\"male\"、\"female\"，不知道是 \"\""),
    (
        "residence",
        "居住地：居委、街镇、区、市的编号（列表；没登记是空的）",
    ),
    ("former", "以前在这个机构有过名额（true / false）"),
    ("returning", "300 天内上过这个机构的同一门课（true / false）"),
    ("classes_this_term", "这个学期已有几个班的名额（数）"),
    ("classes_in_category", "其中和这个班同一类别的有几个（数）"),
    ("completed", "结业的课程编号（列表）"),
    ("category", "这个班的类别，例如 \"书画\""),
    ("course_level", "这个班的程度，例如 \"beginner\""),
    ("class_mode", "上课方式，例如 \"on_site\""),
    ("risk", "体力要求：\"none\"、\"strenuous\""),
];

/// Facts of the person that are read from further tables.
const OF_HISTORY: &[&str] = &["former", "returning", "completed"];

/// Facts that count places, which change while somebody waits.
const COUNTS: &[&str] = &["classes_this_term", "classes_in_category"];

/// What an expression asks for that must be read first, and whether it counts places.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Needs {
    /// The day of birth.
    pub age: bool,
    /// Sex.
    pub sex: bool,
    /// Where the person lives.
    pub residence: bool,
    /// Seats of earlier times.
    pub history: bool,
    /// Categories of the classes of the term.
    pub categories: bool,
    /// Whether it counts places: such a rule is a limit, and is asked again when a turn comes.
    pub counts: bool,
}

impl Needs {
    /// What these names need.
    #[must_use]
    pub fn of(names: &[&str]) -> Self {
        let uses = |name: &str| names.contains(&name);
        Self {
            age: uses("age"),
            sex: uses("sex"),
            residence: uses("residence"),
            history: OF_HISTORY.iter().any(|name| uses(name)),
            categories: uses("classes_in_category"),
            counts: COUNTS.iter().any(|name| uses(name)),
        }
    }

    /// What either needs.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            age: self.age || other.age,
            sex: self.sex || other.sex,
            residence: self.residence || other.residence,
            history: self.history || other.history,
            categories: self.categories || other.categories,
            counts: self.counts || other.counts,
        }
    }
}

/// What stands about a class.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AboutClass {
    /// Its course's kind.
    pub category: String,
    /// How much one should know before.
    pub course_level: String,
    /// Where it is held.
    pub class_mode: String,
    /// What it asks of the body.
    pub risk: String,
}

/// What stands about somebody who asks for a class.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AboutPerson {
    /// Full years on the first day; read only where it is known.
    pub age: i64,
    /// Sex, empty if unknown.
    pub sex: String,
    /// Ids of the area and of all above it.
    pub residence: Vec<String>,
    /// Had a seat at this org before.
    pub former: bool,
    /// Had a seat in the same course shortly before.
    pub returning: bool,
    /// Seats held in the term.
    pub classes_this_term: i64,
    /// Of them, in classes of the same category.
    pub classes_in_category: i64,
    /// Courses finished.
    pub completed: Vec<String>,
}

/// The facts as an expression sees them.
pub(super) fn context<'a>(class: &AboutClass, person: &AboutPerson) -> Context<'a, 'a> {
    let mut context = Context::default();
    let values: [(&str, Value); 12] = [
        ("age", Value::Int(person.age)),
        ("sex", Value::from(person.sex.as_str())),
        ("residence", Value::from(person.residence.clone())),
        ("former", Value::Bool(person.former)),
        ("returning", Value::Bool(person.returning)),
        ("classes_this_term", Value::Int(person.classes_this_term)),
        ("classes_in_category", Value::Int(person.classes_in_category)),
        ("completed", Value::from(person.completed.clone())),
        ("category", Value::from(class.category.as_str())),
        ("course_level", Value::from(class.course_level.as_str())),
        ("class_mode", Value::from(class.class_mode.as_str())),
        ("risk", Value::from(class.risk.as_str())),
    ];
    for (name, value) in values {
        context.add_variable_from_value(name, value);
    }
    context
}

/// Different people and classes on whom an expression is tried before it is kept.
pub(super) fn samples() -> Vec<(AboutClass, AboutPerson)> {
    let class = AboutClass {
        category: "书画".into(),
        course_level: "beginner".into(),
        class_mode: "on_site".into(),
        risk: "none".into(),
    };
    let old = AboutPerson {
        age: 82,
        sex: "female".into(),
        residence: vec!["a".into(), "b".into()],
        former: true,
        returning: true,
        classes_this_term: 3,
        classes_in_category: 2,
        completed: vec!["c".into()],
    };
    let new = AboutPerson {
        age: 50,
        ..AboutPerson::default()
    };
    let man = AboutPerson {
        age: 66,
        sex: "male".into(),
        former: true,
        ..AboutPerson::default()
    };
    [old, new, man].map(|person| (class.clone(), person)).to_vec()
}
