//! Which part of the organisation tree a caller may touch.

/// A set of subtrees of the organisation tree. Only `platform`'s `ctx.may(…)` makes one for a caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    reach: Reach,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Reach {
    Everything,
    Subtrees(Vec<String>),
}

impl Scope {
    /// The whole tree: for the system's own jobs and the installation's root post.
    #[must_use]
    pub const fn everything() -> Self {
        Self {
            reach: Reach::Everything,
        }
    }

    /// The subtrees below these paths (each like `/1/5/`); none means that nothing is visible.
    #[must_use]
    pub fn subtrees(mut paths: Vec<String>) -> Self {
        paths.sort();
        let mut kept: Vec<String> = Vec::with_capacity(paths.len());
        for path in paths {
            if !kept.iter().any(|wider| path.starts_with(wider.as_str())) {
                kept.push(path);
            }
        }
        Self {
            reach: Reach::Subtrees(kept),
        }
    }

    /// The part of it at and below this path; nothing when the path lies outside.
    #[must_use]
    pub fn below(&self, path: &str) -> Self {
        if self.contains(path) {
            Self::subtrees(vec![path.to_owned()])
        } else {
            Self::subtrees(Vec::new())
        }
    }

    /// Whether a node with this path lies inside.
    #[must_use]
    pub fn contains(&self, path: &str) -> bool {
        match &self.reach {
            Reach::Everything => true,
            Reach::Subtrees(paths) => paths.iter().any(|wider| path.starts_with(wider.as_str())),
        }
    }

    /// Whether no node lies inside.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        matches!(&self.reach, Reach::Subtrees(paths) if paths.is_empty())
    }

    /// SQL condition on `column`, with the arguments it adds, numbered from `first`.
    pub(crate) fn condition(&self, column: &str, first: usize) -> (String, Vec<String>) {
        let Reach::Subtrees(paths) = &self.reach else {
            return (format!("{column} IS NOT NULL"), Vec::new());
        };
        if paths.is_empty() {
            return ("1 = 0".into(), Vec::new());
        }
        let mut ranges = Vec::with_capacity(paths.len());
        let mut args = Vec::with_capacity(paths.len() * 2);
        for path in paths {
            let at = first + args.len();
            ranges.push(format!("(path >= ${at} AND path < ${})", at + 1));
            args.push(path.clone());
            args.push(after(path));
        }
        (
            format!(
                "{column} IN (SELECT org_id FROM org_path WHERE {})",
                ranges.join(" OR ")
            ),
            args,
        )
    }
}

/// The first text that sorts after every path below `path`: its closing `/` becomes `0`, the next letter.
fn after(path: &str) -> String {
    format!("{}0", path.strip_suffix('/').unwrap_or(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wider_subtree_swallows_narrower() {
        let scope = Scope::subtrees(vec!["/1/5/7/".into(), "/1/5/".into(), "/1/50/".into()]);
        assert_eq!(scope, Scope::subtrees(vec!["/1/5/".into(), "/1/50/".into()]));
        for (path, inside) in [
            ("/1/5/", true),
            ("/1/5/7/", true),
            ("/1/50/2/", true),
            ("/1/51/", false),
            ("/1/", false),
        ] {
            assert_eq!(scope.contains(path), inside, "{path}");
        }
    }

    #[test]
    fn nothing_is_visible_without_a_subtree() {
        let none = Scope::subtrees(Vec::new());
        assert!(none.is_nothing());
        assert_eq!(none.condition("c.org_id", 3), ("1 = 0".into(), Vec::new()));
    }

    #[test]
    fn range_ends_before_the_sibling() {
        let (sql, args) = Scope::subtrees(vec!["/1/5/".into()]).condition("c.org_id", 3);
        assert!(sql.contains("path >= $3 AND path < $4"), "{sql}");
        assert_eq!(args, vec!["/1/5/".to_string(), "/1/50".to_string()]);
        assert!("/1/50/" > args[1].as_str() && "/1/5/9/" < args[1].as_str());
    }
}
