//! Bounds of the operating system that turn a rush of people away before the program sees them.

use super::listener::BACKLOG;

/// A rush on the opening minute holds about this many connections at once.
const OPEN_FILES: u64 = 16_384;
/// More is not asked for.
const MOST_FILES: u64 = 131_072;

/// Raises the bound of open files as far as the system lets this program: a rush needs one for each connection.
pub fn raise() {
    if let Err(error) = rlimit::increase_nofile_limit(MOST_FILES) {
        tracing::warn!(%error, "the bound of open files stays as it is");
    }
}

/// What is too low on this machine, each with what to do; empty where the bounds cannot be read.
pub fn warnings() -> Vec<String> {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let waiting = backlog_warning(&read("/proc/sys/net/core/somaxconn"));
    let files = files_warning(&read("/proc/self/limits"));
    waiting.into_iter().chain(files).collect()
}

fn backlog_warning(somaxconn: &str) -> Option<String> {
    let bound: u32 = somaxconn.trim().parse().ok()?;
    (bound < BACKLOG).then(|| {
        format!(
            "系统同时只让 {bound} 个新连接排队，报名开始的那一分钟会有人连不上。请运行 sysctl -w net.core.somaxconn={BACKLOG}。"
        )
    })
}

fn files_warning(limits: &str) -> Option<String> {
    let line = limits.lines().find(|line| line.starts_with("Max open files"))?;
    let bound: u64 = line.split_whitespace().nth(3)?.parse().ok()?;
    (bound < OPEN_FILES).then(|| {
        format!(
            "这个程序最多同时打开 {bound} 个连接和文件，人多时会不够。请先运行 ulimit -n 65536 再启动（systemd 里写 LimitNOFILE=65536）。"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn low_bounds_are_told_with_the_cure() {
        for (text, said) in [("128\n", true), ("4096\n", false), ("65535", false), ("", false)] {
            assert_eq!(backlog_warning(text).is_some(), said, "{text}");
        }
        let limits = |soft: &str| {
            format!(
                "Limit  Soft Limit  Hard Limit  Units\nMax open files            {soft}                 1048576              files\n"
            )
        };
        for (soft, said) in [("1024", true), ("65536", false), ("unlimited", false)] {
            assert_eq!(files_warning(&limits(soft)).is_some(), said, "{soft}");
        }
    }
}
