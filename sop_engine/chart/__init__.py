"""Statechart semantics: the SCXML algorithm over a Procedure's states."""

from sop_engine.chart.chart import Chart
from sop_engine.chart.host import (
    Asked,
    Begun,
    ChartFault,
    Configuration,
    Fired,
    Host,
    Looked,
    Occurrence,
    Sent,
    Signalled,
)

__all__ = [
    "Asked",
    "Begun",
    "Chart",
    "ChartFault",
    "Configuration",
    "Fired",
    "Host",
    "Looked",
    "Occurrence",
    "Sent",
    "Signalled",
]
