"""The verbs of a transaction that find tickets, by number and by words. What each promises stands in `seam`."""

from collections.abc import Mapping
from typing import Any, Final

from sop_engine.store import codec, search, statements
from sop_engine.store.outbox import ReadsLetters, WritesLetters
from sop_engine.store.seam import Head
from sop_engine.store.search import Finding, Search
from sop_engine.values import NUMBERS

MOST_FOUND: Final = 50
"""Candidates for a suffix; open tickets come first, so that one open and many closed are told apart."""


class ReadsFindings(ReadsLetters):
    """Reads."""

    def resolve(self, suffix: str) -> list[Head]:
        wanted = suffix.strip().casefold()
        if not wanted:
            return []
        found = [codec.head_of(row) for row in self._all(statements.RESOLVE, wanted[::-1], MOST_FOUND)]
        exact = [head for head in found if head.id.casefold() == wanted]
        return exact or found

    def find(self, search: Search) -> list[Head]:
        found = {head.id: head for number in search.numbers for head in self._numbered(number)}
        if search.status is not None:
            closed = search.status == "closed"
            found = {id: head for id, head in found.items() if (head.status == "closed") == closed}
        if search.terms:
            for row in self._run(*self._finding(search)):
                head = codec.head_of(row)
                found.setdefault(head.id, head)
        return list(found.values())[: search.limit]

    def _numbered(self, number: str) -> list[Head]:
        """Tickets whose id is `number`, or ends in it from a hyphen on."""
        ends = number.casefold()
        heads = [head for head in self.resolve(ends) if ("-" + head.id.casefold()).endswith("-" + ends)]
        return sorted(heads, key=lambda head: head.status == "closed")

    def _finding(self, wanted: Search) -> tuple[str, list[Any]]:
        """The statement that finds by words, and its values."""
        matches = [search.in_a_file(term) for term in wanted.terms]
        return search.statement(statements.HEAD_COLUMNS, search.IN_A_FILE, self._site, matches, wanted)

    def findings(self, ticket: str) -> dict[str, Finding]:
        return {part: Finding(personal, words) for part, personal, words in self._all(statements.FINDINGS_OF, ticket)}


class WritesFindings(ReadsFindings, WritesLetters):
    """Writes."""

    def _put_findings(self, ticket: str, findings: Mapping[str, Finding]) -> None:
        for part, (personal, words) in findings.items():
            if words:
                self._run(statements.PUT_FINDING, (self._site, ticket, part, personal, words))
            else:
                self._run(statements.DELETE_FINDING, (self._site, ticket, part))

    def _forget_findings(self, ticket: str, number: int, slot: str) -> None:
        """Let nobody find by a value that is erased. What other fields there are is not known here, so all go: whoever
        erases puts the others back."""
        if slot.startswith("field:"):
            self._run(statements.FORGET_FIELDS, (self._site, ticket))
        else:
            for part in (f"step:{number}", f"step:{number}:{NUMBERS}"):
                self._run(statements.DELETE_FINDING, (self._site, ticket, part))
