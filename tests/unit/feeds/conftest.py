from __future__ import annotations

import pytest

from tests.support.feed_desk import Desk, store_in


@pytest.fixture(scope="session")
def feed_store(tmp_path_factory):
    with store_in(tmp_path_factory.mktemp("feed-store")) as store:
        yield store


@pytest.fixture
def desk(tmp_path, feed_store):
    """Two orders; the first has a tracking number and a vendor, the second a payment status of a person's."""
    return Desk(
        tmp_path,
        feed_store,
        (
            {"order_id": "#SP-1", "customer": "Thandi", "tracking": "1234567890", "vendor": "Acme"},
            {
                "order_id": "#SP-2",
                "customer": "Sipho",
                "tracking": "2222222222",
                "payment_status": "Failed",
            },
        ),
    )
