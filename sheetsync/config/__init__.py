"""config.yaml: where the tracker is, where mails go, how often a pass runs. One frozen `Config`."""

from sheetsync.config.carriers import CarrierSourceConfig
from sheetsync.config.example import example_config, reference_table
from sheetsync.config.feeds import FeedConfig
from sheetsync.config.google import GoogleConfig
from sheetsync.config.load import load_config, parse_config
from sheetsync.config.model import (
    Config,
    GuardConfig,
    IntakeConfig,
    MailConfig,
    StoreConfig,
    WorkerConfig,
)
from sheetsync.config.secret import Secret
from sheetsync.config.tracker import TrackerConfig

__all__ = [
    "CarrierSourceConfig",
    "Config",
    "FeedConfig",
    "GoogleConfig",
    "GuardConfig",
    "IntakeConfig",
    "MailConfig",
    "Secret",
    "StoreConfig",
    "TrackerConfig",
    "WorkerConfig",
    "example_config",
    "load_config",
    "parse_config",
    "reference_table",
]
