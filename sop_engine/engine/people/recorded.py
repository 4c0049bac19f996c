"""People and logins by the site's history, read where the tables that are made of it are in doubt: whoever is to mend
or to examine them cannot be judged by them."""

from collections.abc import Mapping

from sop_engine.store.projections import project_site
from sop_engine.store.seam import Login, Person, Reads, Version
from sop_engine.ticket.records import SITE, Sealed


class RecordedPeople:
    """As the tables would be after `db rebuild`. Raises what reading the history raises."""

    def __init__(self, reading: Reads) -> None:
        self._people: dict[str, Person] = {}
        self._logins: dict[str, Login] = {}
        beside: dict[int, dict[str, Sealed]] = {}
        for (number, slot), value in reading.sealed(SITE).items():
            beside.setdefault(number, {})[slot] = value
        for stored in reading.steps(SITE):
            values: Mapping[str, Sealed] = beside.get(stored.number, {})
            project_site(self, stored.data, values)

    def login(self, login: str) -> Login | None:
        return self._logins.get(login)

    def person(self, actor: str) -> Person | None:
        return self._people.get(actor)

    def people(self) -> list[Person]:
        return [self._people[actor] for actor in sorted(self._people)]

    # --- as what a site is projected into ---

    def put_person(self, person: Person) -> None:
        self._people[person.id] = person

    def put_login(self, login: Login | None, name: str) -> None:
        if login is None:
            self._logins.pop(name, None)
        else:
            self._logins[name] = login

    def put_version(self, version: Version) -> None:
        """Versions are no people."""

    def put_meta(self, name: str, value: str) -> None:
        """Nor is the accepted clock."""

    def swap_meta(self, name: str, was: str | None, value: str) -> None:
        """Nor is whose turn it is."""
