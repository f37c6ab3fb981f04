"""What a courier's words mean: its own map first, then the words that every courier shares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from sheetsync.domain.grid import Cells, object_array
from sheetsync.domain.parcels.states import SHOWN, STATES, TROUBLE, ParcelState
from sheetsync.domain.rules import CarrierRule, Rulebook
from sheetsync.domain.texts import clean_text, fold

LONGEST_DETAIL: Final = 120
_OURS: Final[Mapping[str, ParcelState]] = {
    **{state: state for state in STATES},
    **{fold(text): state for state, text in SHOWN.items()},
}


def parcel_state(
    said: str, carrier: CarrierRule | None, shared: Mapping[str, ParcelState]
) -> ParcelState:
    """The state that `said` means at this carrier; "unknown" for words that no map holds.

    `shared` are the words of all carriers, folded. What follows a colon explains: `Delayed: snow` is Delayed.
    """
    for text in (fold(said), fold(said.partition(":")[0])):
        own = carrier.words.get(text) if carrier is not None else None
        found = own or shared.get(text) or _OURS.get(text)
        if found is not None:
            return found
    return "unknown"


def parcel_states(said: Cells, carriers: Cells | None, rules: Rulebook) -> Cells:
    """The state of each row by what stands in Carrier Status and Shipping Partner; "" for a blank."""
    names = carriers if carriers is not None else np.full(len(said), "", dtype=object)
    pairs = pd.MultiIndex.from_arrays([names, said])
    codes, distinct = pd.factorize(pairs)
    states = [
        parcel_state(text, rules.carriers.get(name), rules.parcel_words) if text else ""
        for name, text in distinct.tolist()
    ]
    return object_array(states)[codes]


def shown_state(state: ParcelState, detail: str = "") -> str:
    """A state as it goes into Carrier Status; where somebody must act, with the courier's own words."""
    words = clean_text(" ".join(detail.split()))[:LONGEST_DETAIL].rstrip()
    if state not in TROUBLE or not words or fold(words) == fold(SHOWN[state]):
        return SHOWN[state]
    return f"{SHOWN[state]}: {words}"
