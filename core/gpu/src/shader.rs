//! WGSL sources: text compiled in, its file for reloading in debug builds, and validation.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use crate::error::GpuError;

/// A WGSL source and where it came from.
#[derive(Clone, Debug)]
pub struct Shader {
    /// Named in errors.
    pub name: Cow<'static, str>,
    pub text: Cow<'static, str>,
    /// The file to watch in debug builds.
    pub path: Option<PathBuf>,
}

impl Shader {
    /// A source made while the program runs (from a formula).
    pub fn generated(
        name: impl Into<Cow<'static, str>>,
        text: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            name: name.into(),
            text: text.into(),
            path: None,
        }
    }

    /// What [`wgsl!`](crate::wgsl) expands to.
    #[doc(hidden)]
    pub fn file(name: &'static str, text: &'static str, manifest: &str, beside: &str) -> Self {
        let path = (!manifest.is_empty())
            .then(|| find(manifest, beside, name))
            .flatten();
        Self {
            name: Cow::Borrowed(name),
            text: Cow::Borrowed(text),
            path,
        }
    }

    /// The text in the file now, when it is a debug build and the file is there.
    pub(crate) fn current(&self) -> Option<String> {
        std::fs::read_to_string(self.path.as_ref()?).ok()
    }
}

/// `file!()` is relative to the workspace, `CARGO_MANIFEST_DIR` absolute: the workspace is the
/// manifest's folder or one above it.
fn find(manifest: &str, beside: &str, name: &str) -> Option<PathBuf> {
    Path::new(manifest)
        .ancestors()
        .map(|folder| folder.join(beside).with_file_name(name))
        .find(|path| path.is_file())
}

/// A WGSL file beside the current source file: compiled in, and read again when it changes in
/// debug builds.
///
/// ```text
/// let kernel = Kernel::new(&gpu, "life", wgsl!("life.wgsl"), "step", &[Binding::Read, Binding::ReadWrite])?;
/// ```
#[macro_export]
macro_rules! wgsl {
    ($name:literal) => {
        $crate::Shader::file(
            $name,
            include_str!($name),
            if cfg!(debug_assertions) {
                env!("CARGO_MANIFEST_DIR")
            } else {
                ""
            },
            if cfg!(debug_assertions) { file!() } else { "" },
        )
    };
}

/// Parses and validates WGSL as every device would.
///
/// # Errors
/// [`GpuError::Shader`] with the name, line and column of the first fault.
pub fn validate(name: &str, text: &str) -> Result<naga::Module, GpuError> {
    let fault = |place: Option<naga::SourceLocation>, message: String| GpuError::Shader {
        name: name.into(),
        line: place.map_or(1, |place| place.line_number),
        column: place.map_or(1, |place| place.line_position),
        message,
    };
    let module = naga::front::wgsl::parse_str(text)
        .map_err(|error| fault(error.location(text), error.message().into()))?;
    naga::valid::Validator::new(
        naga::valid::ValidationFlags::all(),
        naga::valid::Capabilities::default(),
    )
    .validate(&module)
    .map_err(|error| fault(error.location(text), causes(error.as_inner())))?;
    Ok(module)
}

/// An error and what lies under it, in one line.
fn causes(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut under = error.source();
    while let Some(cause) = under {
        line = format!("{line}: {cause}");
        under = cause.source();
    }
    line
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn a_fault_has_its_line_and_column() {
        let text = "@compute @workgroup_size(1)\nfn main() {\n  let a = b;\n}\n";
        let Err(GpuError::Shader {
            name,
            line,
            column,
            message,
        }) = validate("broken.wgsl", text)
        else {
            panic!("should not validate")
        };
        assert_eq!((name.as_str(), line, column), ("broken.wgsl", 3, 11));
        assert!(message.contains('b'), "{message}");
    }

    #[test]
    fn a_type_fault_is_found_too() {
        let text = "@compute @workgroup_size(1)\nfn main() {\n  let a: f32 = 1u;\n}\n";
        assert!(matches!(
            validate("t", text),
            Err(GpuError::Shader { line: 3, .. })
        ));
    }
}
