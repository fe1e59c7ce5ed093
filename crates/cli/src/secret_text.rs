//! Secret texts from where no list of processes shows them: the environment, or a file.

use std::io::Read;
use std::path::Path;

use anyhow::Context;
use salesbridge_model::Secret;

/// The text of a variable, or of the file that the variable with `_FILE` names; nothing when both are missing or empty.
pub(crate) fn from_environment(name: &str) -> anyhow::Result<Option<Secret<String>>> {
    if let Some(text) = std::env::var(name).ok().filter(|text| !text.is_empty()) {
        return Ok(Some(Secret::new(text)));
    }
    let file = std::env::var_os(format!("{name}_FILE")).filter(|path| !path.is_empty());
    file.map(|path| from_file(Path::new(&path)).with_context(|| format!("{name}_FILE cannot be used"))).transpose()
}

/// The text of a file, without the line end behind it.
pub(crate) fn from_file(path: &Path) -> anyhow::Result<Secret<String>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("the file {} cannot be read", path.display()))?;
    Ok(Secret::new(text.trim_end_matches(['\r', '\n']).to_owned()))
}

/// The text that a reference names: `env:NAME` or `file:PATH`; `None` when it is no reference.
pub(crate) fn referred_to(reference: &str) -> anyhow::Result<Option<Secret<String>>> {
    if let Some(name) = reference.strip_prefix("env:") {
        let text = std::env::var(name).with_context(|| format!("there is no environment variable {name}"))?;
        return Ok(Some(Secret::new(text)));
    }
    reference.strip_prefix("file:").map(|path| from_file(Path::new(path))).transpose()
}

/// The text that a person says where to find: `env:NAME`, `file:PATH`, or `-` for standard input.
pub(crate) fn given(from: &str) -> anyhow::Result<Secret<String>> {
    if from == "-" {
        return from_standard_input();
    }
    // What was given may be the secret itself, so that it is not repeated.
    referred_to(from)?.context("expected is env:NAME, file:PATH, or - for standard input: a secret in the command line could be read by everybody on the machine")
}

/// As [`given`]; none for an empty source, which takes a secret away.
pub(crate) fn given_or_taken_away(from: &str) -> anyhow::Result<Option<Secret<String>>> {
    if from.is_empty() { Ok(None) } else { given(from).map(Some) }
}

/// All of standard input, without the line end behind it.
pub(crate) fn from_standard_input() -> anyhow::Result<Secret<String>> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).context("standard input cannot be read")?;
    Ok(Secret::new(text.trim_end_matches(['\r', '\n']).to_owned()))
}
