//! Making a cart reservation: all lines are reserved, or none.

use super::super::choose_lists;
use super::super::place_order::{check_fit, products};
use super::{CartOutcome, Context, ReadSet};
use crate::commands::NewLine;
use crate::fulfilment::list_sourcing::ListSourcing;
use crate::{
    CART_LINES_MAX, CartLine, CartReservation, CartReservationId, CartState, Cause, ChannelId, Delta, IdKind,
    Rejection, Timestamp, WorkingSet, bucket_of_text,
};

/// A new cart reservation.
#[derive(Clone, Debug)]
pub struct ReserveCart {
    /// Unique per channel.
    pub reference: String,
    /// The channel, or `None` for one of Onhand's own API.
    pub channel: Option<ChannelId>,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// How the lists of lines are chosen that name none; `None` if every line names its list.
    pub sourcing: Option<ListSourcing>,
    /// At least one. What they say besides product, list and quantity is not kept.
    pub lines: Vec<NewLine>,
}

impl ReserveCart {
    pub(super) fn read_set(&self, read_set: &mut ReadSet) {
        read_set.cart_references.insert((self.channel.map_or(0, ChannelId::get), self.reference.clone()));
        read_set.channels.extend(self.channel);
        choose_lists::read_set((&self.lines, self.sourcing.as_ref()), read_set);
    }

    /// The same with all lists looked at; `None` if they are.
    pub(in crate::commands) fn with_all_lists(&self) -> Option<Self> {
        let sourcing = self.sourcing.as_ref()?.with_all()?;
        Some(Self { sourcing: Some(sourcing), ..self.clone() })
    }

    pub(super) fn ids_needed(&self, kind: IdKind) -> usize {
        match kind {
            IdKind::CartReservation => 1,
            IdKind::Movement => choose_lists::parts_max((&self.lines, self.sourcing.as_ref()), CART_LINES_MAX),
            _ => 0,
        }
    }
}

pub(super) fn reserve_cart(
    working_set: &mut WorkingSet,
    command: &ReserveCart,
    context: Context,
) -> Result<CartOutcome, Rejection> {
    if let Some(unknown) = command.channel.filter(|channel| working_set.channel(*channel).is_none()) {
        return Err(Rejection::UnknownChannel(unknown));
    }
    if working_set.cart_reference_taken(command.channel.map_or(0, ChannelId::get), &command.reference) {
        return Err(Rejection::CartReferenceTaken);
    }
    let products = products(working_set, &command.lines)?;
    let listed = choose_lists::choose(working_set, (&command.lines, command.sourcing.as_ref()), products, false)?;
    if listed.len() > CART_LINES_MAX {
        return Err(Rejection::TooManyLines);
    }
    check_fit(working_set, &listed, None)?;

    let bucket = bucket_of_text(&command.reference);
    let id = CartReservationId::new(working_set.ids.next_in_bucket(IdKind::CartReservation, bucket));
    let mut lines = Vec::with_capacity(listed.len());
    for (line, number) in listed.iter().zip(1..) {
        let stock = working_set.stock_by_key(line.list, &line.product.sku).expect("its units are there").id;
        let units = line.quantity.units();
        let delta = Delta { reserved: units, ..Delta::default() };
        working_set.move_stock(stock, delta, Cause::CartReserved(id), context.actor, context.now);
        working_set.remember_ordered(stock);
        let (product, sku) = (line.product.id, line.product.sku.clone());
        lines.push(CartLine { number, product, sku, list: line.list, stock, units, sourced: line.sourced });
    }
    let cart = CartReservation {
        id,
        channel: command.channel,
        reference: command.reference.clone(),
        state: CartState::Open,
        expires_at: command.expires_at,
        order: None,
        lines,
        created_at: context.now,
        modified_at: context.now,
    };
    working_set.add_cart(cart.clone());
    Ok(CartOutcome::Cart(cart))
}
