//! A Salesforce stand-in that runs on this machine.
