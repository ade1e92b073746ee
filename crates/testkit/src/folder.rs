//! Where tests keep files: a folder of the process, removed by a later test when the process is gone.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

static OWN: LazyLock<PathBuf> = LazyLock::new(|| {
    let all = std::env::temp_dir().join("xuequan-tests");
    remove_old(&all);
    let own = all.join(std::process::id().to_string());
    std::fs::create_dir_all(&own).expect("a folder for tests");
    own
});

/// The folder of this process.
pub(crate) fn own() -> &'static Path {
    &OWN
}

/// Removes the folders of processes that are gone. A process with the same number has a folder that is not its own yet.
fn remove_old(all: &Path) {
    for entry in std::fs::read_dir(all).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let running = Path::new("/proc").join(&name).exists();
        if !running || name.to_str() == Some(&std::process::id().to_string()) {
            // Another test may be removing it too.
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}
