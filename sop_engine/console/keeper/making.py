"""`sop init`: a new site with the starter library, published."""

import os
from pathlib import Path
from typing import Annotated

from sop_engine.console.call import TRAINING_SITE, Call
from sop_engine.console.parameters import argument, option
from sop_engine.errors import NotUnderstood, SetUp
from sop_engine.messages import msg


def init(
    call: Call,
    folder: Annotated[str, argument(msg("a new or empty folder"), "FOLDER")],
    name: Annotated[str | None, option("--name", help=msg("what the site is called"), metavar="NAME")] = None,
    zone: Annotated[
        str, option("--zone", help=msg("its time zone (default: Asia/Shanghai)"), metavar="ZONE")
    ] = "Asia/Shanghai",
    actor: Annotated[
        str | None, option("--actor", help=msg("your id as an actor (default: your login)"), metavar="ID")
    ] = None,
    actor_name: Annotated[str | None, option("--actor-name", help=msg("your name"), metavar="NAME")] = None,
    store: Annotated[
        str, option("--store", help=msg("a PostgreSQL database (default: a file in the folder)"), metavar="URL")
    ] = "",
    training: Annotated[
        bool, option("--training", help=msg("a site for practising: everything is marked, and nothing is sent"))
    ] = False,
) -> None:
    """Make a site, publish the starter library, and make you its administrator with every role."""
    from sop_engine.engine.people.identity import system_login
    from sop_engine.engine.publishing.procedures import library_roles
    from sop_engine.engine.sites.making import make_site

    path = Path(folder)
    login = system_login()
    _check_zone(zone)
    _check_store(store)
    with call.writing():
        published = make_site(
            path,
            # unlike `resolve`, this comes back from a link to itself
            name or Path(os.path.realpath(path)).name,
            zone,
            login,
            actor or login,
            actor_name or actor or login,
            library_roles(),
            address=store,
            training=training,
        )
    if call.json:
        marked = {"training": True} if training else {}
        call.output.json({"site": str(path.resolve()), "published": published, **marked})
        return
    call.output.tell(
        msg("made the site {folder}; you ({actor}) are its administrator, with every role", folder=folder,
            actor=actor or login),
        *([TRAINING_SITE] if training else []),
        msg("published: {procedures}", procedures=tuple(published)),
        msg("next: cd {folder} && sop new repair; add people: sop actor add; fire timers: sop worker run",
            folder=folder),
    )  # fmt: skip


def _check_store(store: str) -> None:
    from sop_engine.store.address import is_address, refuse_password

    if store and not is_address(store):
        raise NotUnderstood(
            msg("{store} is no address of a database", store=store),
            fix=msg("write it like this: postgresql://USER@HOST/DATABASE"),
        )
    refuse_password(store)


def _check_zone(zone: str) -> None:
    from sop_engine.worktime.zones import has_zones, zone_named

    try:
        zone_named(zone)
    except SetUp:
        if not has_zones():
            raise
        raise NotUnderstood(
            msg("there is no time zone {zone}", zone=zone),
            fix=msg("name one of the tz database, such as Asia/Shanghai"),
        ) from None
