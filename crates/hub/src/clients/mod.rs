//! The client directory: import, edit, look up; and the stream that syncs read it as.

mod archive;
mod directory;
mod erase;
pub mod import;
mod links;
pub mod made_up;
mod stream;

pub use directory::{AsyncRows, ImportManner, ImportReport, SaveReport};
pub use erase::{EraseReport, LeftRecord};
pub use links::ClientLink;
pub(crate) use stream::ClientStream;
