//! What makes a rule good, how it is asked, and the ready-made ones.

use super::facts::{self, AboutClass, AboutPerson, NAMES, Needs};
use cel::common::ast::{EntryExpr, Expr};
use cel::{Program, Value};
use kernel::bounded;
use platform::{AppError, AppResult};

/// Letters of an expression.
pub const MOST_LETTERS: usize = 500;
/// Classes of one category a term in the ready-made rule. Schools of the elderly in Shanghai commonly allow one or two.
pub const MOST_IN_CATEGORY: i64 = 2;

/// A compiled expression.
#[derive(Debug)]
pub struct Compiled {
    program: Program,
    /// What must be read before it can be asked.
    pub needs: Needs,
}

fn wrong(sentence: String) -> AppError {
    AppError::invalid("expression", sentence)
}

/// Compiles an expression that was checked before.
///
/// # Errors
/// [`AppError::Invalid`] with a sentence that names what is wrong.
pub fn compile(expression: &str) -> AppResult<Compiled> {
    let program = Program::compile(expression).map_err(|_| {
        wrong("条件写得不对，读不懂。请检查括号、引号和运算符，例如 age >= 60 && age < 75。".into())
    })?;
    if loops(&program.expression().expr) {
        return Err(wrong(
            "条件里不能用逐个检查（all、exists、map、filter）。请用 in，例如 \"编号\" in completed。".into(),
        ));
    }
    let references = program.references();
    let names = references.variables();
    let unknown = names
        .iter()
        .find(|name| !NAMES.iter().any(|known| known.0 == **name));
    if let Some(name) = unknown {
        return Err(wrong(format!("没有“{name}”这一项。可以用的项写在下面。")));
    }
    let needs = Needs::of(&names);
    Ok(Compiled { program, needs })
}

/// Compiles an expression as it is typed and tries it on people of all kinds.
///
/// # Errors
/// [`AppError::Invalid`] with a sentence that names what is wrong.
pub fn check(expression: &str) -> AppResult<(String, Compiled)> {
    let expression = bounded(expression, 1, MOST_LETTERS, "条件").map_err(wrong)?;
    let compiled = compile(&expression)?;
    for (class, person) in facts::samples() {
        if compiled.holds(&class, &person).is_none() {
            return Err(wrong(
                "条件算出来要是“是”或“否”（true / false），试算时算不出来。数和数比，文字和文字比。".into(),
            ));
        }
    }
    Ok((expression, compiled))
}

impl Compiled {
    /// Whether somebody may enrol; `None` where the expression gives no answer.
    #[must_use]
    pub fn holds(&self, class: &AboutClass, person: &AboutPerson) -> Option<bool> {
        match self.program.execute(&facts::context(class, person)) {
            Ok(Value::Bool(holds)) => Some(holds),
            _ => None,
        }
    }
}

/// Whether an expression goes through a list one by one, which would make its cost depend on data.
fn loops(expr: &Expr) -> bool {
    match expr {
        Expr::Comprehension(_) => true,
        Expr::Call(call) => {
            call.target.as_ref().is_some_and(|one| loops(&one.expr))
                || call.args.iter().any(|one| loops(&one.expr))
        }
        Expr::List(list) => list.elements.iter().any(|one| loops(&one.expr)),
        Expr::Select(select) => loops(&select.operand.expr),
        Expr::Map(map) => map.entries.iter().any(|one| entry_loops(&one.expr)),
        Expr::Struct(made) => made.entries.iter().any(|one| entry_loops(&one.expr)),
        Expr::Unspecified | Expr::Ident(_) | Expr::Literal(_) => false,
    }
}

fn entry_loops(entry: &EntryExpr) -> bool {
    match entry {
        EntryExpr::StructField(field) => loops(&field.value.expr),
        EntryExpr::MapEntry(entry) => loops(&entry.key.expr) || loops(&entry.value.expr),
    }
}

/// A rule that a form writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ready {
    /// At most so many classes of one category a term.
    MostInCategory(i64),
    /// Only who has finished a course.
    Finished(teaching::CourseId),
    /// Only who lives in an area.
    Residents(kernel::OrgId),
}

impl Ready {
    /// The expression it stands for.
    #[must_use]
    pub fn expression(&self) -> String {
        match self {
            Self::MostInCategory(most) => format!("classes_in_category < {most}"),
            Self::Finished(course) => format!("\"{course}\" in completed"),
            Self::Residents(area) => format!("\"{area}\" in residence"),
        }
    }
}

/// What a learner reads, and where they go next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// Why they are refused.
    pub words: String,
    /// What the next door says.
    pub door_label: String,
    /// Where it leads, inside the site.
    pub door_href: String,
}

impl Words {
    /// The words, trimmed.
    ///
    /// # Errors
    /// [`AppError::Invalid`] beside the field that is wrong.
    pub fn check(&self) -> AppResult<Self> {
        let words =
            bounded(&self.words, 4, 120, "给学员看的话").map_err(|no| AppError::invalid("words", no))?;
        let label = bounded(&self.door_label, 2, 20, "下一步的名称")
            .map_err(|no| AppError::invalid("door_label", no))?;
        let href = self.door_href.trim();
        let plain = href.chars().all(|c| c.is_ascii_graphic() && c != '\\');
        if !href.starts_with('/') || href.starts_with("//") || !plain || href.len() > 200 {
            return Err(AppError::invalid(
                "door_href",
                "下一步的地址要是本站里的，用 / 开头，例如 /classes，最多 200 个字。",
            ));
        }
        Ok(Self {
            words,
            door_label: label,
            door_href: href.to_owned(),
        })
    }
}
