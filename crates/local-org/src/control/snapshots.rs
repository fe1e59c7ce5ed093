//! Commands about the whole org: putting it aside, bringing it back, filling it.

use std::sync::atomic::Ordering;

use crate::control::{ControlError, OrgControl};
use crate::demo_data::{self, DemoData};
use crate::org::Org;
use crate::snapshots::{self, SnapshotError, SnapshotInfo};

impl OrgControl {
    /// Puts the org as it is now aside under a name; one of that name is replaced.
    ///
    /// # Errors
    /// The name is not one, or there is no room.
    pub async fn take_snapshot(&self, name: &str) -> Result<(), ControlError> {
        let name = name.to_owned();
        self.on_snapshots(move |org| {
            snapshots::given(&name)?;
            org.take_snapshot(&name)
        })
        .await
    }

    /// Brings a snapshot back: records, custom fields, apps, users, tokens and counts are as they were. Faults and the
    /// requests seen stay.
    ///
    /// # Errors
    /// There is no such snapshot, or it cannot be read.
    pub async fn restore_snapshot(&self, name: &str) -> Result<(), ControlError> {
        let name = name.to_owned();
        self.on_snapshots(move |org| org.bring_back(&name)).await
    }

    /// The snapshots by name. `start` is the org as it was when it was new.
    ///
    /// # Errors
    /// They cannot be read.
    pub async fn snapshots(&self) -> Result<Vec<SnapshotInfo>, ControlError> {
        self.on_snapshots(|org| org.snapshots.list()).await
    }

    /// Forgets a snapshot; answers whether there was one.
    ///
    /// # Errors
    /// It cannot be removed.
    pub async fn delete_snapshot(&self, name: &str) -> Result<bool, ControlError> {
        let name = name.to_owned();
        self.on_snapshots(move |org| org.snapshots.delete(&name)).await
    }

    /// Makes the org new again: its data as they were when it was made, demo data included, the faults of the configuration, a
    /// clock that is right, no requests seen.
    ///
    /// # Errors
    /// The data of the start are not there, or the file of faults cannot be used.
    pub async fn reset(&self) -> Result<(), ControlError> {
        self.reload_faults().await?;
        self.restore_snapshot(snapshots::START).await?;
        self.org.clock_offset.store(0, Ordering::Relaxed);
        self.clear_requests();
        Ok(())
    }

    /// Makes records up and adds them to those that are there; answers how many.
    ///
    /// # Errors
    /// A rule of the org refuses them, or the data cannot be written.
    pub async fn make_demo_data(&self, data: DemoData) -> Result<u64, ControlError> {
        let org = self.org.clone();
        let made = tokio::task::spawn_blocking(move || demo_data::make(&org, data)).await;
        made.map_err(|error| ControlError::new(error.to_string()))?.map_err(ControlError::from)
    }

    async fn on_snapshots<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Org) -> Result<T, SnapshotError> + Send + 'static,
    ) -> Result<T, ControlError> {
        let org = self.org.clone();
        let done = tokio::task::spawn_blocking(move || job(&org)).await;
        done.map_err(|error| ControlError::new(error.to_string()))?
            .map_err(|error| ControlError::new(error.to_string()))
    }
}
