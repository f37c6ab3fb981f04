from __future__ import annotations

import time

import pytest

from sheetsync.carriers.aftership import AfterShip
from sheetsync.carriers.asking import Asker
from sheetsync.carriers.easypost import EasyPost
from sheetsync.carriers.parcels import Parcel
from sheetsync.resources import rules_folder
from sheetsync.rulebook import load_rules
from tests.support.carrier_server import AFTERSHIP, EASYPOST, KEY, carrier_server

RULES = load_rules(rules_folder())
ZONE = "Africa/Johannesburg"


@pytest.fixture(scope="module")
def running():
    with carrier_server() as server:
        yield server


@pytest.fixture
def server(running):
    running.aftership, running.easypost, running.unregistered = [], [], {}
    running.faults, running.asked, running.page, running.refused = [], [], 100, frozenset()
    running.slow = 1.0
    return running


@pytest.fixture
def aftership(server):
    def make(key=KEY, timeout=2.0, address=None):
        asker = Asker(name="ship", base_url=(address or server.address) + AFTERSHIP, headers={"as-api-key": key},
                      timeout=timeout, seconds=time.monotonic)  # fmt: skip
        return AfterShip(name="ship", asker=asker, zone=ZONE, webhook_secret="s3cret")

    return make


@pytest.fixture
def easypost(server):
    def make(key=KEY, timeout=2.0, address=None):
        asker = Asker(name="post", base_url=(address or server.address) + EASYPOST, timeout=timeout,
                      headers={"Authorization": f"Bearer {key}"}, seconds=time.monotonic)  # fmt: skip
        return EasyPost(name="post", asker=asker, zone=ZONE, webhook_secret="s3cret")

    return make


def parcel(number, carrier="UPS", since=None):
    return Parcel(number=number, carrier=RULES.carriers.get(carrier), since=since)
