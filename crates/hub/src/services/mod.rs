//! Connected services: app registrations that several connections share.

mod create;
mod delete;
mod details;
mod edit;

pub use create::NewService;
pub use details::ServiceDetails;
pub use edit::ServiceEdit;
