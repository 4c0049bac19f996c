"""Leading tickets of a chart through their life, in tests."""

from sop_engine.chart import Begun, Chart, Configuration, Occurrence

from .recorder import Recorder


def begin(chart: Chart, host: Recorder | None = None) -> Configuration:
    """A new ticket of the chart."""
    host = host or Recorder()
    transition = chart.opening(host)
    assert transition is not None
    configuration = chart.run(Configuration(), Begun(transition), host)
    assert configuration is not None
    return configuration


def run(subject: Chart, before: Configuration, occurrence: Occurrence, *facts: str) -> tuple[Configuration, list[str]]:
    """The configuration after something that is taken, and what the host was told."""
    host = Recorder(facts)
    host.moved(before.active)
    after = subject.run(before, occurrence, host)
    assert after is not None
    return after, host.story


def active(subject: Chart, *happenings: Occurrence) -> list[str]:
    """Where a new ticket is after some happenings, all of which are taken."""
    configuration = begin(subject)
    for happening in happenings:
        configuration, _ = run(subject, configuration, happening)
    return configuration.active
