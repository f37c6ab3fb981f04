"""config.yaml: where the tracker is, where mails go, how often a pass runs. One frozen `Config`."""

from sheetsync.config.example import example_config, reference_table
from sheetsync.config.load import load_config, parse_config
from sheetsync.config.model import (
    Config,
    GuardConfig,
    IntakeConfig,
    MailConfig,
    StoreConfig,
    TrackerConfig,
    WorkerConfig,
)
from sheetsync.config.secret import Secret

__all__ = [
    "Config",
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
