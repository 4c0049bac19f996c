"""The path of a command: load -> decide -> append, in one transaction. There is no second path.

Before a person's command, what was due earlier than its effective instant fires first, each a step and a commit of its
own. What a step causes (children to open, signals) is decided and appended in the same transaction; one refusal there
refuses the whole.
"""

import os
import uuid
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, NamedTuple

from sop_engine import canonical
from sop_engine.clock import Clock
from sop_engine.engine import keys
from sop_engine.engine.answers.answerer import DrawingAnswerer
from sop_engine.engine.chain import Caused, Chain, earliest_before
from sop_engine.engine.foreseeing import foreseen
from sop_engine.engine.instants import effective_at, recorded_at
from sop_engine.engine.posting import post
from sop_engine.engine.refusing import Noting, as_error, told
from sop_engine.engine.sites.settings import Settings
from sop_engine.errors import NotFound, NotNow, Overtaken, SetUp, SopError
from sop_engine.messages import kept, msg
from sop_engine.store import indexing
from sop_engine.store.attempts import Attempts, attempt
from sop_engine.store.file_places import note_files
from sop_engine.store.programs import Programs
from sop_engine.store.projections import head_of
from sop_engine.store.seam import Head, Missed, Reads, Store, Writes
from sop_engine.ticket.decide import decide
from sop_engine.ticket.foresee import foresee
from sop_engine.ticket.program import Program
from sop_engine.ticket.rare import rare
from sop_engine.ticket.records import SITE, Command, Given, Missing, NewSeals, Refusal, Sealed, Step, Ticket
from sop_engine.ticket.terms import terms_of
from sop_engine.worktime.durations import Duration

DEEPEST: Final = 20
"""how long a chain of causes may be"""

_Timer = tuple[str, str, str]
"""ticket, key, due"""
_Poisoned = dict[_Timer, SopError]
"""timers that cannot fire, and why"""
_decide_site = rare("site.history", "decide_site")


class Done(NamedTuple):
    """What an accepted command came to: its step, and what followed from it in the same transaction."""

    step: Step
    head: Head
    """the line in lists of `ticket`"""
    program: Program
    followed: tuple[Step, ...] = ()
    fired: tuple[Step, ...] = ()
    """timers that were due before it, in order"""
    repeated: bool = False
    """the idempotency key had been used: nothing was done again"""

    @property
    def ticket(self) -> Ticket:
        """The command's ticket after everything that followed: what it caused may have come back to it."""
        last = next((step for step in reversed(self.followed) if step.ticket == self.step.ticket), self.step)
        assert last.after is not None
        return last.after


class Engine:
    """Runs a site's tickets. One engine may serve many commands; it keeps nothing but compiled programs."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        settings: Settings,
        entropy: Callable[[], bytes] = lambda: os.urandom(32),
    ) -> None:
        self.store = store
        self.clock = clock
        self.settings = settings
        self._entropy = entropy
        self.programs = Programs()

    # --- asking ---

    def act(
        self,
        command: Command,
        key: str | None = None,
        dry_run: bool = False,
        before_commit: Callable[[], None] = lambda: None,
    ) -> Done:
        """Do a command. Raises the `SopError` that its refusal names; a refused command changes nothing, and is logged
        apart. With `key`, the same request a second time gives what the first came to. A dry run is rolled back. When
        all is decided `before_commit` is called, perhaps more than once; what it raises undoes the command."""
        fired: list[Step] = []
        refused: list[SopError] = []
        poisoned: _Poisoned | None = {} if dry_run else None
        attempts = Attempts()
        while True:
            try:
                with self.store.writing(after=attempts.missed) as transaction, Noting(refused):
                    done = self.attempt_in(transaction, command, key, poisoned)
                    if dry_run:
                        raise _RolledBack(done)
                    before_commit()
                return done._replace(fired=tuple(fired)) if fired else done
            except _FireFirst as first:
                fired.extend(self.fire(first.ticket, first.key, first.due))
            except _RolledBack as result:
                return result.done
            except CannotFire as found:
                assert poisoned is not None
                poisoned[found.timer] = found.error
            except Missed as missed:
                attempts.miss(missed)
            except SopError as error:
                if error in refused and error.code in (2, 3, 4, 5, 6) and not dry_run:
                    self._log(command, error)
                raise

    def attempt_in(self, transaction: Writes, command: Command, key: str | None, poisoned: _Poisoned | None) -> Done:
        """Do a command in one transaction. What must fire before it is raised as `_FireFirst`; or, in a dry run, fires
        in the same transaction, but for what is `poisoned`."""
        transaction.load(lambda: foreseen(self.programs, command, key, self._local_now()))
        if key is not None:
            known = transaction.by_key(key)
            if known is not None:
                return self._again(transaction, key, known, command)
        ticket = self.load(transaction, command.ticket) if command.ticket else None
        recorded = self.recorded(transaction, ticket, command)
        effective = self._effective(transaction, command, ticket, recorded)
        fired: list[Step] = []
        while ticket is not None and (earliest := earliest_before(ticket, effective)) is not None:
            due, timer = earliest
            if poisoned is None:
                raise _FireFirst(ticket.id, timer, due)
            fired += self._rehearse(transaction, (ticket.id, timer, due), poisoned)
            ticket = transaction.ticket(ticket.id)
        chain = Chain(transaction, recorded)
        self.run(chain, command, ticket, effective)
        step = chain.steps[0][0]
        head = next(head for each, head in reversed(chain.steps) if each.ticket == step.ticket)
        if key is not None:
            salt = canonical.salt(self._entropy(), f"key:{key}")
            transaction.keep_key(key, step.ticket, step.number, keys.seal(command, salt))
        assert step.after is not None
        followed = tuple(each for each, _head in chain.steps[1:])
        return Done(step, head, self.program(transaction, step.after), followed, tuple(fired))

    def _again(self, transaction: Writes, key: str, known: tuple[str, int, Sealed], command: Command) -> Done:
        """What an idempotency key did the first time, with the ticket as it is now."""
        keys.require_same(key, known, command)
        id, number, _request = known
        ticket, head = transaction.ticket(id), transaction.head(id)
        assert ticket is not None and head is not None
        stored = next(transaction.steps(id, number - 1, number))
        record: dict[str, Any] = canonical.parse(stored.data)
        step = Step(id, number, stored.data, stored.hash, record["events"], after=ticket)
        return Done(step, head, self.program(transaction, ticket), repeated=True)

    def _rehearse(self, transaction: Writes, timer: _Timer, poisoned: _Poisoned) -> list[Step]:
        """Fire a timer in a dry run. One that cannot fire has left half its steps behind: raises `CannotFire`, so that
        all is rolled back and begun anew, and then sets it aside."""
        if timer in poisoned:
            return self.set_aside_in(transaction, *timer, poisoned[timer])
        try:
            return self.fire_in(transaction, *timer)
        except (Overtaken, SetUp):
            raise
        except SopError as error:
            raise CannotFire(timer, error) from error

    # --- one transaction ---

    def run(self, chain: Chain, command: Command, ticket: Ticket | None, effective: datetime) -> None:
        """Decide a command and append its step, then whatever it causes, in the order in which it is caused: so a
        parent hears of its first child's end only when the second has begun. Raises what the refusal names."""
        self._append(chain, Caused(command, effective, 0), ticket)
        while chain.waiting or chain.looks:
            self._follow(chain, chain.waiting.popleft() if chain.waiting else chain.looks.popitem()[1])

    def _append(self, chain: Chain, caused: Caused, ticket: Ticket | None) -> None:
        """Decide a command and append its step; what that causes waits its turn."""
        command, effective, depth = caused
        if depth > DEEPEST:
            raise NotNow(msg("a chain of causes is longer than {most}: {ticket}", most=DEEPEST, ticket=command.ticket))
        step = self._decided(chain, command, ticket, effective)
        if command.name == "look" and not step.events:
            return
        assert step.after is not None
        program = self.program(chain.transaction, step.after)
        version = self.version_number(chain.transaction, step.after.digest)
        head = head_of(program, step.after, version, self.settings.zone_info)
        chain.transaction.append(step, head, indexing.of_step(program, step))
        post(chain.transaction, self.clock, step)
        if b'"sha256":' in step.data:
            note_files(chain.transaction, step.ticket, step.events)
        chain.steps.append((step, head))
        chain.waiting.extend(Caused(each, effective, depth + 1) for each in step.consequences)
        self._wake(chain, step, ticket, Caused(command, effective, depth + 1))

    def _follow(self, chain: Chain, caused: Caused) -> None:
        """Do what a step has caused. What was due earlier on a ticket that it reaches fires inside the transaction, and
        what follows from that comes first; at the same instant the signal goes first, as a person's command does."""
        command, effective, depth = caused
        if command.name == "open":
            self._append(chain, caused, None)
            return
        target = chain.transaction.ticket(command.ticket)
        if target is None:
            assert chain.waiting, "what is signalled is there, or is about to be opened"
            chain.waiting.append(caused)
            return
        effective = max(effective, canonical.instant_of(target.effective))
        earliest = earliest_before(target, effective)
        if earliest is None:
            self._append(chain, Caused(command, effective, depth), target)
            return
        due, key = earliest
        instant = max(canonical.instant_of(due), canonical.instant_of(target.effective))
        later, chain.waiting = chain.waiting, deque()
        self._append(chain, Caused(self.timer_command(target.id, key), instant, depth), target)
        chain.waiting.extend([caused, *later])

    def _wake(self, chain: Chain, step: Step, before: Ticket | None, caused: Caused) -> None:
        """Let the parent look again where the step has moved a child of it and the parent looks at where its children
        stand. Of a child that is closed a signal tells it."""
        after = step.after
        assert after is not None
        if after.parent is None or after.status == "closed" or (before is not None and before.active == after.active):
            return
        parent = chain.transaction.ticket(after.parent)
        if parent is None or parent.status == "closed":
            return
        if self.program(chain.transaction, parent).is_woken(parent.active, after.procedure):
            by = caused.command
            cause = (step.ticket, step.number)
            look = Command(f"{by.id}.look", "look", parent.id, by.actor, by.login, {"child": step.ticket}, cause=cause)
            chain.looks[parent.id] = caused._replace(command=look)

    def _decided(self, chain: Chain, command: Command, ticket: Ticket | None, effective: datetime) -> Step:
        """The step of an accepted command. Asks again while questions are missing."""
        transaction, recorded = chain.transaction, chain.recorded
        if ticket is not None and ticket.recorded:
            recorded = max(recorded, canonical.instant_of(ticket.recorded))
        answerer = DrawingAnswerer(transaction, self.settings.zone, recorded, self.programs)
        sealer = NewSeals(self._entropy())
        on_site = command.ticket == SITE
        program = self.programs.of(transaction, "") if on_site else self._program_for(transaction, command, ticket)
        local = effective.astimezone(self.settings.zone_info)
        answers = {question: answerer.answer(question) for question in foresee(program, ticket, command, local)}
        while True:
            given = Given(recorded, effective, sealer, answers, None, self.clock.simulated, self.settings.training)
            result = (_decide_site if on_site else decide)(program, ticket, command, given)
            match result:
                case Step():
                    return result
                case Missing(questions, beside):
                    answers.update({question: answerer.answer(question, beside) for question in questions})
                case Refusal():
                    raise as_error(result)

    def _program_for(self, transaction: Reads, command: Command, ticket: Ticket | None) -> Program:
        if ticket is not None:
            return self.programs.of_ticket(transaction, ticket, terms_of(ticket, command.name, command.arguments))
        name = str(command.arguments["procedure"])
        version = transaction.newest(name)
        if version is None:
            raise NotFound(
                msg("no procedure {name} is published here", name=name),
                near=[each.procedure for each in transaction.versions()],
                fix=msg("see what is: sop flow ls"),
            )
        return self.programs.of(transaction, version.digest)

    def program(self, transaction: Reads, ticket: Ticket) -> Program:
        """The program that a ticket is pinned to."""
        return self.programs.of_ticket(transaction, ticket)

    def version_number(self, transaction: Reads, digest: str) -> int:
        """The number of the version with a digest."""
        return self.programs.number_of(transaction, digest)

    # --- time ---

    def _local_now(self) -> datetime:
        return self.clock.now().astimezone(self.settings.zone_info)

    def recorded(self, transaction: Reads, ticket: Ticket | None, command: Command | None = None) -> datetime:
        """When a step is recorded; see `instants.recorded_at`."""
        return recorded_at(transaction, self.clock.now(), ticket, command)

    def _effective(self, transaction: Reads, command: Command, ticket: Ticket | None, recorded: datetime) -> datetime:
        """From when a person's step counts; see `instants.effective_at`."""

        def backdate() -> Duration | None:
            of_site = command.ticket == SITE
            return None if of_site else self._program_for(transaction, command, ticket).procedure.backdate

        return effective_at(transaction, command, ticket, recorded, self.settings.zone_info, backdate)

    # --- timers ---

    def fire(self, ticket: str, key: str, due: str) -> list[Step]:
        """Fire one timer, as a commit of its own; gives its step and what followed, or nothing where it is gone by now.
        A timer that cannot fire is set aside, on record; that the store is locked, its disk full, or this machine not
        set up for it, is not its fault: another machine may be."""
        refused: list[SopError] = []

        def work(transaction: Writes) -> list[Step]:
            with Noting(refused):
                return self.fire_in(transaction, ticket, key, due)

        try:
            return attempt(self.store, work)
        except SopError as error:
            if error not in refused or isinstance(error, Overtaken | SetUp):
                raise
            return self.set_aside(ticket, key, due, error)

    def fire_in(self, transaction: Writes, id: str, key: str, due: str) -> list[Step]:
        """Fire one timer inside a transaction."""
        ticket = transaction.ticket(id)
        if ticket is None or ticket.timers.get(key, {}).get("due") != due or "aside" in ticket.timers[key]:
            return []
        if ticket.waits(key):  # it was suspended meanwhile
            return []
        recorded = self.recorded(transaction, ticket)
        effective = max(canonical.instant_of(due), canonical.instant_of(ticket.effective))
        chain = Chain(transaction, recorded)
        self.run(chain, self.timer_command(id, key), ticket, effective)
        return [step for step, _head in chain.steps]

    def set_aside(self, id: str, key: str, due: str, error: Exception) -> list[Step]:
        """Put a poisoned timer aside, on record, so that it holds up nothing else."""
        return attempt(self.store, lambda transaction: self.set_aside_in(transaction, id, key, due, error))

    def set_aside_in(self, transaction: Writes, id: str, key: str, due: str, error: Exception) -> list[Step]:
        """Put a poisoned timer aside inside a transaction."""
        ticket = transaction.ticket(id)
        if ticket is None or ticket.timers.get(key, {}).get("due") != due:
            return []
        chain = Chain(transaction, self.recorded(transaction, ticket))
        arguments = {"timer": key, "error": told(error)}
        command = replace(self.timer_command(id, key), name="set_aside", arguments=arguments)
        effective = max(canonical.instant_of(due), canonical.instant_of(ticket.effective))
        self.run(chain, command, ticket, effective)
        return [step for step, _head in chain.steps]

    def timer_command(self, ticket: str, key: str) -> Command:
        """The command of a timer that fires."""
        return Command(id=new_id(), name="fire", ticket=ticket, actor="timer", login="timer", arguments={"timer": key})

    # --- parts ---

    def load(self, transaction: Reads, id: str) -> Ticket | None:
        """A ticket by its full id. Raises `NotFound`; the site before its first step is None."""
        ticket = transaction.ticket(id)
        if ticket is None and id != SITE:
            raise NotFound(msg("there is no ticket {ticket}", ticket=id), fix=msg("see what there is: sop ls --all"))
        return ticket

    def _log(self, command: Command, error: SopError) -> None:
        """Write a refused command down, apart from the history. Where the store is busy, what is lost is a line of a
        list; nobody waits for it twice."""
        with suppress(Overtaken), self.store.writing(wait_seconds=1.0) as transaction:
            transaction.log_refusal(
                canonical.instant_text(self.clock.now()),
                command.ticket,
                command.actor,
                command.login,
                {"name": command.name, "trigger": command.arguments.get("trigger")},
                canonical.to_text(kept(error.message)),
            )


class _FireFirst(Exception):
    """A timer is due before the command: it must fire in a commit of its own."""

    def __init__(self, ticket: str, key: str, due: str) -> None:
        super().__init__(key)
        self.ticket, self.key, self.due = ticket, key, due


class CannotFire(Exception):
    """In a dry run a timer cannot fire."""

    def __init__(self, timer: _Timer, error: SopError) -> None:
        super().__init__(timer)
        self.timer, self.error = timer, error


class _RolledBack(Exception):
    """Carries a dry run's result out of the transaction, which its passing undoes."""

    def __init__(self, done: Done) -> None:
        super().__init__("dry run")
        self.done = done


def new_id() -> str:
    """A new command's id."""
    return uuid.uuid4().hex
