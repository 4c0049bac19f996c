"""What must hold of a site after the power came back, or a disk failed."""

import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sop_engine.audit.replay import replay_all, summed
from sop_engine.audit.verify import verify_all
from sop_engine.errors import SopError
from sop_engine.store.drivers import DriverName
from sop_engine.store.files import Files
from sop_engine.store.programs import Programs
from sop_engine.store.seam import Reads
from sop_engine.store.sqlite import open_store

ZONE = ZoneInfo("Asia/Shanghai")


def wrong(folder: Path, acknowledged: list[str], driver: DriverName, programs: Programs) -> list[str]:
    """What is lost, damaged or half done in the site in `folder`; `acknowledged` is what was told of it."""
    path = folder / "site.db"
    if not path.exists():
        return ["the store is not there"] if acknowledged else []
    try:
        store = open_store(path, driver=driver)
    except SopError as error:
        return [f"it cannot be opened: {error}"]
    try:
        with store.raw_reading() as raw:
            found = [text for (text,) in raw.execute("PRAGMA integrity_check") if text != "ok"]
        if found:
            return found
        with store.reading() as reading:
            if not acknowledged and not reading.ticket_ids():
                return []  # a store that was just made, and nobody had been told of it
            found += _lost(reading, Files(folder / "files"), [json.loads(each) for each in acknowledged])
            for audit in (replay_all, verify_all):
                report = summed(audit(reading, programs, ZONE))
                found += [f"{each.ticket} {each.number} {each.kind}: {each.what}" for each in report.mismatches]
    except SopError as error:
        return [f"it cannot be read: {error}"]
    finally:
        store.close()
    return found


def _lost(reading: Reads, files: Files, acknowledged: list[dict[str, Any]]) -> list[str]:
    """What was acknowledged and is not there."""
    steps = {(each.ticket, each.number): each.hash for each in reading.steps_between("", None)}
    heads = {id: number for said in acknowledged for id, number, _ in said["steps"]}
    found = [
        f"{id}: step {number} was acknowledged and is not there"
        for said in acknowledged
        for id, number, hash in said["steps"]
        if steps.get((id, number)) != hash
    ]
    found += [f"{id} is not there" for id in heads if reading.head(id) is None]
    for said in acknowledged:
        if said["key"] and reading.by_key(said["key"]) is None:
            found.append(f"the key {said['key']} was acknowledged and is not there")
        found += [f"the photo {each['sha256']} is not there" for each in files.damaged(said["photos"])]
    return list(dict.fromkeys(found))
