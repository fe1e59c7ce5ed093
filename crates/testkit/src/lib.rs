//! Builders, manual clock, throwaway folders; a development dependency only.
