//! What a write asks of the org besides writing.

/// What a write asks of the org besides writing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct WriteOptions {
    /// Save although a duplicate rule would warn.
    pub allow_duplicates: bool,
    /// Let the org's assignment rules choose owners of Leads and Cases.
    pub assignment_rules: bool,
}

impl WriteOptions {
    /// Headers of the write. `Sforce-Auto-Assign` is always said, because Salesforce takes its absence for TRUE
    /// (REST API Developer Guide, "Assignment Rule Header").
    pub(crate) fn headers(self) -> Vec<(&'static str, &'static str)> {
        let mut headers = vec![("sforce-auto-assign", if self.assignment_rules { "TRUE" } else { "FALSE" })];
        if self.allow_duplicates {
            headers.push(("sforce-duplicate-rule-header", "allowSave=true"));
        }
        headers
    }
}
