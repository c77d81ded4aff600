//! Files appear whole or not at all, and are measured before they are read.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use crate::error::{FigureError, bytes_text};

/// The largest document, picture or attachment that is read without being asked for: 1 GiB.
pub const READ_LIMIT: u64 = 1 << 30;

fn refuse(path: &Path, verb: &'static str, error: &std::io::Error) -> FigureError {
    FigureError::Io {
        file: path.display().to_string(),
        verb,
        reason: reason(error),
    }
}

/// The system's reason in plain words, without its number.
fn reason(error: &std::io::Error) -> String {
    use std::io::ErrorKind as Kind;
    match error.kind() {
        Kind::NotFound => "there is no such file or folder".into(),
        Kind::PermissionDenied => "this user has no permission".into(),
        Kind::StorageFull => "the disk is full".into(),
        Kind::ReadOnlyFilesystem => "the folder is read-only".into(),
        Kind::IsADirectory => "it is a folder".into(),
        _ => {
            let text = error.to_string();
            match text.find(" (os error") {
                Some(end) => text[..end].to_lowercase(),
                None => text,
            }
        }
    }
}

/// A file's bytes, if it holds at most `limit`; its size is looked at first.
pub fn read(path: &Path, limit: u64) -> Result<Vec<u8>, FigureError> {
    let file = fs::File::open(path).map_err(|e| refuse(path, "read", &e))?;
    let about = file.metadata().map_err(|e| refuse(path, "read", &e))?;
    if about.is_dir() {
        return Err(FigureError::Io {
            file: path.display().to_string(),
            verb: "read",
            reason: "it is a folder".into(),
        });
    }
    let too_large = |size: String| FigureError::TooLarge {
        file: path.display().to_string(),
        size,
        limit: bytes_text(limit),
        remedy: "give a smaller file.".into(),
    };
    if about.len() > limit {
        return Err(too_large(bytes_text(about.len())));
    }
    let mut bytes = Vec::new();
    file.take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| refuse(path, "read", &e))?;
    // A pipe or a file that grows has no honest size.
    if bytes.len() as u64 > limit {
        return Err(too_large(format!("more than {}", bytes_text(limit))));
    }
    Ok(bytes)
}

/// Writes beside the target, forces it to the disk, then renames: after a crash the path holds
/// either the old bytes or the new ones.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), FigureError> {
    let (mut aside, target) = aside(path)?;
    aside
        .write_all(bytes)
        .map_err(|e| refuse(path, "written", &e))?;
    put(aside.into_temp_path(), &target)
}

/// An empty file beside the target, which goes away unless it is [`put`] into its place, and the
/// target itself.
pub fn aside(path: &Path) -> Result<(tempfile::NamedTempFile, PathBuf), FigureError> {
    // Through a link, so that saving does not turn the link into a file.
    let target: PathBuf = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mut builder = tempfile::Builder::new();
    builder.prefix(".strange-loom-").suffix(".part");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(&target).map_or(0o666, |m| m.permissions().mode() & 0o777);
        builder.permissions(fs::Permissions::from_mode(mode));
    }
    let file = builder
        .tempfile_in(folder(&target))
        .map_err(|e| refuse(path, "written", &e))?;
    Ok((file, target))
}

/// Forces what was written aside to the disk and gives it its name.
pub fn put(aside: tempfile::TempPath, target: &Path) -> Result<(), FigureError> {
    let fail = |e: &std::io::Error| refuse(target, "written", e);
    fs::OpenOptions::new()
        .write(true)
        .open(&aside)
        .and_then(|file| file.sync_all())
        .map_err(|e| fail(&e))?;
    aside.persist(target).map_err(|e| fail(&e.error))?;
    // The rename itself lasts only once the folder is on the disk; some systems can't.
    #[cfg(unix)]
    if let Ok(handle) = fs::File::open(folder(target)) {
        let _ = handle.sync_all();
    }
    Ok(())
}

fn folder(target: &Path) -> &Path {
    match target.parent() {
        Some(p) if !p.as_os_str().is_empty() => p,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.loom");
        write_whole(&path, b"one").unwrap();
        write_whole(&path, b"two").unwrap();
        assert_eq!(read(&path, 10).unwrap(), b"two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn the_size_is_refused_before_the_bytes_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("large");
        fs::File::create(&path).unwrap().set_len(1 << 40).unwrap();
        let error = read(&path, READ_LIMIT).unwrap_err().to_string();
        assert!(error.contains("1024.0 GiB"), "{error}");
    }

    #[test]
    fn a_missing_folder_is_named_in_plain_words() {
        let error = write_whole(Path::new("/nowhere/at/all.png"), b"").unwrap_err();
        assert_eq!(
            error.to_string(),
            "/nowhere/at/all.png can't be written: there is no such file or folder."
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_linked_file_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        write_whole(&real, b"old").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        write_whole(&link, b"new").unwrap();
        assert_eq!(fs::read(&real).unwrap(), b"new");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    }
}
