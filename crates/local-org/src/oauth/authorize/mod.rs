//! Signing in with a browser: what an app asks for, who is at the browser, what that person allows, and where the browser
//! goes then. Refuses to know records; tokens come later, or from `granting`.

mod asked;
mod browser;
mod check;
mod connect;
mod frontdoor;
mod pages;
mod routes;
mod steps;

pub(crate) use routes::routes;
