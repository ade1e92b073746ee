//! The only place that writes to the terminal.

use std::fmt::Display;

/// A line for the operator.
#[expect(clippy::print_stdout, reason = "commands answer on the terminal")]
pub fn say(line: impl Display) {
    println!("{line}");
}

/// Why the command stops.
#[expect(clippy::print_stderr, reason = "commands answer on the terminal")]
pub fn complain(trouble: &impl Display) {
    eprintln!("没有完成：{trouble}");
}
