"""The check that asks whether the people of a site are enough."""

from collections.abc import Iterator

from sop_engine.diagnostics import Diagnostic
from sop_engine.language.analysis.staffing import Shortage, shortages
from sop_engine.language.checks.members import Site
from sop_engine.language.checks.telling import warning
from sop_engine.messages import Message, msg


def few_people(site: Site) -> Iterator[Diagnostic]:
    """SOP225: a trigger that needs more people than the site has.

    Somebody else than whoever did `x` must do it, or several must sign, and those who hold the roles are too few,
    whoever of them does what: every ticket that comes so far would wait for ever. It is looked at where the people are
    known: at `sop flow publish`, and at `sop flow lint` in a site; `sop doctor` looks at what is published, because
    people leave. A role counts as held by everybody who holds it for some part of the site, and nothing is told while
    one person is alone there. On the site of these examples wang holds `desk` and `manager`, and li holds `desk`.

    Fails:

        roles: [desk, manager]
        states:
          received: {transitions: {check: {by: manager, to: checked}}}
          checked: {transitions: {finish: {by: {role: manager, not: did check}, to: closed}}}
          closed: {final: true, outcome: done}

    Passes:

        roles: [desk, manager]
        states:
          received: {transitions: {check: {by: manager, to: checked}}}
          checked: {transitions: {finish: {by: {role: [manager, desk], not: did check}, to: closed}}}
          closed: {final: true, outcome: done}
    """
    starts = site.starts()
    for name, member in site.members.items():
        if not member.places:
            continue
        by_people = name not in starts and not member.procedure.schedules
        for each in shortages(member.procedure, site.people, by_people):
            yield warning(
                "SOP225",
                member.span(f"states.{each.state}.offers.{each.trigger}"),
                msg("`{name}` needs more people than this site has", name=each.trigger),
                reason(each),
                remedy(each),
            )


def reason(shortage: Shortage) -> Message:
    """Why the people are too few."""
    values = {"people": shortage.people, "count": shortage.want, "triggers": tuple(f"`{t}`" for t in shortage.apart)}
    if shortage.want == 1:
        return msg("It may be done by {people} only, and not by whoever did {triggers}.", **values)
    if not shortage.apart:
        return msg("It wants {count} different people, and only {people} may.", **values)
    return msg("It wants {count} different people who have not done {triggers}, and only {people} may.", **values)


def remedy(shortage: Shortage) -> Message:
    """What helps."""
    if not shortage.roles:
        return msg("let more people do it: sop actor add ID NAME --role ROLE")
    return msg("let one more person hold a role that may: sop actor grant NAME {role}", role=shortage.roles[0])
