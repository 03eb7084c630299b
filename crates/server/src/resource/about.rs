//! What a rule of a resource may know of who wants something made or changed.
//!
//! Promises: a request and a screen of the same person are told apart by no rule. Must not know resources.

use std::sync::Arc;

use onhand_core::{ChannelId, Timestamp};
use onhand_store::resource::Record;

use super::descriptor::Draft;
use crate::auth::Role;
use crate::http::context::RequestContext;
use crate::services::{Requester, Services};
use crate::wire::form::Form;
use crate::zone::Zone;

/// Who wants something, and when.
#[derive(Clone)]
pub(super) struct About {
    pub(super) services: Arc<Services>,
    pub(super) channel: Option<ChannelId>,
    role: Role,
    pub(super) now: Timestamp,
    pub(super) zone: Option<Zone>,
}

impl About {
    /// The one that has sent a request.
    pub(super) fn of(call: &RequestContext) -> Self {
        Self::by(&call.app.services, &Requester::of(&call.caller, call.channel))
    }

    /// A requester.
    pub(super) fn by(services: &Arc<Services>, requester: &Requester) -> Self {
        Self {
            channel: requester.channel,
            role: requester.role,
            now: services.clock.now(),
            zone: services.config.time_zone.clone(),
            services: services.clone(),
        }
    }

    /// A record on its way to being written.
    pub(super) fn draft<'t>(&'t self, record: &'t mut Record, before: Option<&'t Record>, form: &'t Form) -> Draft<'t> {
        let Self { channel, role, now, .. } = *self;
        Draft { record, before, form, channel, role, now, config: &self.services.config }
    }
}
