//! By which way money goes back: the way it was paid (原路退回). Another way only with a reason, which the refund keeps.
//!
//! Who takes back in cash what came from somebody's card or account gives it to whoever stands at the desk; that is the rule
//! of banks and of payment providers alike.

use super::ladder::Cause;
use super::model::Method;
use platform::{AppError, AppResult};

/// Longest reason, in letters.
pub const REASON: usize = 200;

/// How a refund is to go back, as the cashier says it.
#[derive(Debug, Clone, Default)]
pub struct WayBack {
    /// By what; nothing said means the way it was paid.
    pub method: Option<Method>,
    /// Why not by the way it was paid; empty when it is.
    pub reason: String,
}

impl WayBack {
    /// By this way, without a reason.
    #[must_use]
    pub const fn by(method: Method) -> Self {
        Self {
            method: Some(method),
            reason: String::new(),
        }
    }

    /// The way, and why it is not `usual`, the one by which the fee was paid.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for a way that is none, and for another way without a reason or with too long a one.
    pub fn checked(&self, usual: Method) -> AppResult<(Method, Option<String>)> {
        let method = self.method.unwrap_or(usual);
        if method == usual {
            return Ok((method, None));
        }
        if !others(usual).contains(&method) {
            return Err(AppError::invalid("method", no_way(usual)));
        }
        if self.reason.trim().is_empty() {
            return Err(AppError::invalid("reason", why_missing(usual)));
        }
        let reason = kernel::bounded(&self.reason, 2, REASON, "原因");
        let reason = reason.map_err(|sentence| AppError::invalid("reason", sentence))?;
        Ok((method, Some(reason)))
    }
}

/// By which way a refund goes back: what came from the provider by mistake or was undone, by the provider; anything else the
/// way the fee was paid, in cash where that is not known.
#[must_use]
pub const fn usual(cause: Cause, paid: Option<Method>) -> Method {
    match (cause, paid) {
        (Cause::Undone | Cause::Late | Cause::WrongSum, _) => Method::Online,
        (_, Some(Method::Card)) => Method::Card,
        (_, Some(Method::Online)) => Method::Online,
        (_, Some(Method::Cash | Method::Waiver) | None) => Method::Cash,
    }
}

/// The other ways: the provider only gives back what it took.
#[must_use]
pub const fn others(usual: Method) -> &'static [Method] {
    match usual {
        Method::Cash => &[Method::Card],
        Method::Card => &[Method::Cash],
        Method::Online | Method::Waiver => &[Method::Cash, Method::Card],
    }
}

/// What the button says that pays back by this way.
#[must_use]
pub const fn button(method: Method) -> &'static str {
    match method {
        Method::Card => "退到卡上",
        Method::Online => "网上已原路退",
        Method::Cash | Method::Waiver => "退现金",
    }
}

fn no_way(usual: Method) -> String {
    let others: Vec<&str> = others(usual).iter().map(|other| other.label()).collect();
    format!(
        "这笔学费是用“{}”交的，要原路退回；不能原路退的，可以选{}，写下原因。",
        usual.label(),
        others.join("或")
    )
}

fn why_missing(usual: Method) -> String {
    format!(
        "这笔学费是用“{}”交的，要原路退回。换一种方式退，请写下原因，例如“卡已经注销”。",
        usual.label()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use Method::{Card, Cash, Online, Waiver};

    #[test]
    fn money_goes_back_the_way_it_came() {
        for (cause, paid, way) in [
            (Cause::Withdrawn, Some(Cash), Cash),
            (Cause::Withdrawn, Some(Card), Card),
            (Cause::Withdrawn, Some(Online), Online),
            (Cause::Cheaper, Some(Card), Card),
            (Cause::Cancelled, None, Cash),
            (Cause::Undone, Some(Cash), Online),
            (Cause::Late, None, Online),
            (Cause::WrongSum, Some(Card), Online),
        ] {
            assert_eq!(usual(cause, paid), way, "{cause:?} {paid:?}");
            assert!(!others(way).contains(&way));
        }
    }

    #[test]
    fn another_way_needs_a_reason() {
        let long = "很".repeat(201);
        for (was, method, reason, is) in [
            (Card, None, "", Ok((Card, None))),
            (Card, Some(Card), "说了也不记", Ok((Card, None))),
            (Card, Some(Cash), "卡已经注销", Ok((Cash, Some("卡已经注销")))),
            (Card, Some(Cash), "", Err("reason")),
            (Card, Some(Cash), " 　 ", Err("reason")),
            (Card, Some(Cash), long.as_str(), Err("reason")),
            (Card, Some(Online), "网上退快", Err("method")),
            (Cash, Some(Online), "网上退快", Err("method")),
            (Cash, Some(Waiver), "免了", Err("method")),
            (Online, Some(Card), "账户停用", Ok((Card, Some("账户停用")))),
        ] {
            let said = WayBack {
                method,
                reason: reason.to_owned(),
            };
            let found = said.checked(was).map_err(|error| match error {
                AppError::Invalid(fields) => fields[0].field.clone(),
                other => panic!("{other}"),
            });
            let is = is
                .map(|(way, why)| (way, why.map(str::to_owned)))
                .map_err(str::to_owned);
            assert_eq!(found, is, "{was:?} {method:?} {reason}");
        }
    }
}
