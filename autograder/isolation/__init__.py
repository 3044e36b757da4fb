"""Where student processes are started: nowhere else."""

from autograder.isolation.sandbox import NoSandbox, Tier, available_tiers, choose_tier
from autograder.isolation.session import Limits, Session, SessionLost
from autograder.isolation.worker import Worker

__all__ = [
    "Limits",
    "NoSandbox",
    "Session",
    "SessionLost",
    "Tier",
    "Worker",
    "available_tiers",
    "choose_tier",
]
