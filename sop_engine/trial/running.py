"""Running a file of scenarios."""

from pathlib import Path

from sop_engine.language.near import near
from sop_engine.messages import msg
from sop_engine.trial.expecting import look
from sop_engine.trial.names import NotNamed
from sop_engine.trial.papers import unwritten
from sop_engine.trial.playing import Departs, Play
from sop_engine.trial.repertoire import Repertoire, load
from sop_engine.trial.results import Failure, Result
from sop_engine.trial.script import Line, Scenario, Script, read_script
from sop_engine.trial.stage import Stage


def run_file(path: Path, workflows: Path, templates: Path) -> list[Result]:
    """Play every scenario of a file, each on a stage of its own, and replay it from its record.

    The procedure under test, and those that it starts, are compiled from their drafts in `workflows`. Gives one result
    for each scenario, in the file's order. Raises `ScenarioFaults` for a file that cannot be played, `FaultsFound` for
    a procedure that does not compile, `NotFound` where there is none.
    """
    script = read_script(path)
    return run_script(script, load(script.procedure, workflows, templates, script.also))


def run_script(script: Script, repertoire: Repertoire) -> list[Result]:
    """The same for a script that is read, over procedures that are compiled."""
    return [run_scenario(script, scenario, repertoire) for scenario in script.scenarios]


def run_scenario(script: Script, scenario: Scenario, repertoire: Repertoire) -> Result:
    """Play one scenario, and replay it. A failure says where and what, with the story so far."""
    wrong = _unknown_roles(script, scenario, repertoire)
    if wrong is not None:
        return Result(script.file, scenario.title, scenario.span, wrong)
    stage = Stage(
        scenario.start, script.zone.key, scenario.players, script.units, repertoire, script.teams, script.firms
    )
    try:
        play = Play(stage, script)
        failure: Failure | None = None
        for line in scenario.lines:
            failure = _line(play, line)
            if failure is not None:
                break
        failure = failure or _afterwards(stage, scenario, play)
        return Result(
            script.file,
            scenario.title,
            scenario.span,
            failure,
            frozenset(play.taken),
            frozenset(play.kept_apart),
            frozenset(play.promises),
            play.steps,
            tuple(play.story),
            tuple(play.unnamed),
        )
    finally:
        stage.close()


def _line(play: Play, line: Line) -> Failure | None:
    """Play one line and look at what came of it; gives where it departs from what it says."""
    try:
        look(play, line, play.do(line))
    except Departs as departs:
        place = (line.cursor / departs.word).span if departs.word else line.cursor.span
        return Failure(place, departs.expected, departs.found, tuple(play.story))
    except NotNamed as problem:
        return Failure(line.cursor.span, msg("words that name something"), problem.message, tuple(play.story))
    return None


def _unknown_roles(script: Script, scenario: Scenario, repertoire: Repertoire) -> Failure | None:
    """A role that no procedure knows would make somebody quietly powerless."""
    known = repertoire.roles()
    for player in scenario.players:
        for role, _scope in player.roles:
            if role not in known:
                guesses = near(role, known)
                return Failure(
                    script.procedure_span,
                    msg("{name} with roles of the procedure", name=player.name),
                    msg("no procedure here has the role {role}; did you mean {near}?", role=role, near=guesses)
                    if guesses
                    else msg("no procedure here has the role {role}", role=role),
                )
        for skill, _until in player.skills:
            if skill not in repertoire.skills():
                return Failure(
                    script.procedure_span,
                    msg("{name} with skills of the procedure", name=player.name),
                    msg("no procedure here has the skill {skill}; there are {skills}", skill=skill,
                        skills=tuple(sorted(repertoire.skills())) or msg("none")),
                )  # fmt: skip
    return None


def _afterwards(stage: Stage, scenario: Scenario, play: Play) -> Failure | None:
    """No timer was set aside, every paper can be written, and the record alone leads to the same decisions."""
    with stage.store.reading() as reading:
        aside = reading.aside()
    for due, why in aside:
        found = msg("{timer} of {ticket} was set aside: {why}", timer=due.key, ticket=due.ticket, why=why)
        return Failure(scenario.span, msg("every timer fires"), found, tuple(play.story))
    for found in unwritten(stage):
        return Failure(scenario.span, msg("every notice and form can be written"), found, tuple(play.story))
    for mismatch in stage.mismatches():
        found = msg(
            "step {number} of {ticket}: {what}", number=mismatch.number, ticket=mismatch.ticket, what=mismatch.what
        )
        return Failure(scenario.span, msg("replay finds the same"), found, tuple(play.story))
    return None
