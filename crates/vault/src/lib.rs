//! Seal and open secrets; bytes in, bytes out, no storage.
