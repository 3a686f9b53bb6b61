"""Builds what whoever runs Kkachi watches and steers it with."""

from dataclasses import dataclass

from bot.services.alarms import Alarms
from bot.services.deliveries.allowance import Allowance
from bot.services.operations.extensions import Extensions
from bot.services.operations.metrics import Metrics
from bot.services.operations.supervision import Supervisor
from bot.services.operations.troubles import Troubles
from bot.services.resources import Resources


@dataclass(frozen=True)
class OperationServices:
    """Troubles, numbers, and the modules that are loaded."""

    alarms: Alarms
    troubles: Troubles
    supervisor: Supervisor
    metrics: Metrics
    plugins: Extensions
    user_install: bool
    """Whether some commands work where Kkachi is no member, for who has added it themselves."""


def build_operations(
    resources: Resources, allowance: Allowance, supervisor: Supervisor
) -> OperationServices:
    """Build the services about running Kkachi."""
    stores, now = resources.stores, resources.now
    return OperationServices(
        alarms=supervisor.alarms,
        troubles=Troubles(stores.troubles, supervisor.alarms, resources.worker, now=now),
        supervisor=supervisor,
        metrics=Metrics(stores.statistics, stores.hits, allowance, supervisor, now=now),
        plugins=Extensions(resources.config.cogs, stores.reloads, resources.worker, now=now),
        user_install=resources.config.user_install,
    )
