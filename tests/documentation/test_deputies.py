"""What docs/operations.md says of deputies: a bare date counts whole."""

import json
import sqlite3
from pathlib import Path

from tests.documentation.transcript import Session


def test_a_deputy_from_one_date_to_another_stands_in_through_the_last_day(tmp_path: Path) -> None:
    session = Session(tmp_path)
    session.run("sop demo make site --empty")

    session.run("sop actor deputy 周敏 王芳 --from 2026-12-01 --to 2026-12-07 --site site")

    with sqlite3.connect(tmp_path / "site" / "site.db") as database:
        ((data,),) = database.execute("SELECT data FROM step ORDER BY number DESC LIMIT 1")
    said = json.loads(data)["command"]["arguments"]
    assert (said["from"], said["to"]) == ("2026-11-30T16:00:00.000Z", "2026-12-07T16:00:00.000Z")
