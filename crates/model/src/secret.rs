//! Values that must not be printed.

use zeroize::Zeroize;

/// A value that must not be printed. Read it with [`Secret::expose`], at the last moment, on the wire.
///
/// `Debug` writes `[secret]`; there is no `Display`, no `Serialize`, no `Deref`. The memory is wiped on drop.
#[derive(Clone)]
pub struct Secret<T: Zeroize>(T);

impl<T: Zeroize> Secret<T> {
    /// Takes the value out of sight.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself. Callers put it on the wire or into the vault, nowhere else.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> std::fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[secret]")
    }
}

impl<T: Zeroize> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<'de, T: Zeroize + serde::Deserialize<'de>> serde::Deserialize<'de> for Secret<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_hides_the_value() {
        assert_eq!(format!("{:?}", Some(Secret::new("hunter2".to_owned()))), "Some([secret])");
    }
}
