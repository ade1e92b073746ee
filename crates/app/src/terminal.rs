//! The only place that writes to the terminal.

use std::fmt::Display;
use std::io::{Write, stdout};

/// A line for the operator. Who has stopped reading, such as `head`, misses the rest; the work goes on.
pub fn say(line: impl Display) {
    let _ = writeln!(stdout(), "{line}");
}

/// Why the command stops.
#[expect(clippy::print_stderr, reason = "commands answer on the terminal")]
pub fn complain(trouble: &impl Display) {
    eprintln!("没有完成：{trouble}");
}
