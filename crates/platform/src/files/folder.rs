//! Files in a folder of this machine.

use super::{FileError, hash_of, path_of};
use crate::Random;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Where half-written files lie; a file appears under its hash only when it is whole.
const HALF_WRITTEN: &str = "tmp";

#[derive(Debug)]
pub(super) struct Folder {
    folder: PathBuf,
    random: Random,
}

impl Folder {
    pub(super) fn open(folder: &Path, random: &Random) -> io::Result<Self> {
        std::fs::create_dir_all(folder.join(HALF_WRITTEN))?;
        Ok(Self {
            folder: folder.to_owned(),
            random: random.clone(),
        })
    }

    pub(super) fn read(&self, sha256: &str) -> Result<Vec<u8>, FileError> {
        std::fs::read(self.path(sha256)?).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => FileError::Missing,
            _ => FileError::Io(error),
        })
    }

    pub(super) fn write(&self, sha256: &str, bytes: &[u8]) -> Result<(), FileError> {
        let path = self.path(sha256)?;
        let fresh = self
            .folder
            .join(HALF_WRITTEN)
            .join(format!("{:016x}", self.random.u64()));
        let written = write_through(&fresh, bytes).and_then(|()| {
            let folder = path.parent().unwrap_or(&self.folder);
            std::fs::create_dir_all(folder)?;
            std::fs::rename(&fresh, &path)?;
            // The entries of the new folders must last as well as the file.
            folder
                .ancestors()
                .take(3)
                .try_for_each(|folder| File::open(folder)?.sync_all())
        });
        if written.is_err() {
            // Nothing more can be done if this fails too; the first error is the one to tell.
            drop(std::fs::remove_file(&fresh));
        }
        Ok(written?)
    }

    pub(super) fn remove(&self, sha256: &str) -> Result<(), FileError> {
        match std::fs::remove_file(self.path(sha256)?) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(FileError::Io(error)),
            _ => Ok(()),
        }
    }

    /// The hashes of all files, in no order; what lies elsewhere than a file of ours would is passed over.
    pub(super) fn list(&self) -> Result<Vec<String>, FileError> {
        let mut found = Vec::new();
        let mut rest = vec![String::new()];
        while let Some(below) = rest.pop() {
            for entry in std::fs::read_dir(self.folder.join(&below))? {
                let entry = entry?;
                let Ok(name) = entry.file_name().into_string() else {
                    continue;
                };
                let name = if below.is_empty() {
                    name
                } else {
                    format!("{below}/{name}")
                };
                if entry.file_type()?.is_dir() {
                    rest.push(name);
                } else {
                    found.extend(hash_of(&name).map(str::to_owned));
                }
            }
        }
        Ok(found)
    }

    fn path(&self, sha256: &str) -> Result<PathBuf, FileError> {
        let below = path_of(sha256).ok_or(FileError::Missing)?;
        Ok(self.folder.join(below))
    }
}

fn write_through(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    // Readable by the owner only, and executable by nobody.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
