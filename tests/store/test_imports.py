"""What a hot command must not import."""

import subprocess
import sys
from pathlib import Path

HEAVY = {"alembic", "jinja2", "psycopg", "pydantic", "sqlalchemy", "sqlmodel", "yaml"}
SCRIPT = """
import sys
from pathlib import Path
from sop_engine.store import open_store
from sop_engine.store.seam import Person, Query
store = open_store(Path(sys.argv[1]), create=True)
with store.writing() as writes:
    writes.draw("WX", "20261121")
    writes.put_person(Person("lin", True, (("desk", None),)))
with store.reading() as reads:
    reads.heads(Query(mine="lin", roles=["desk"]))
    reads.due("9", 1)
store.close()
print(" ".join(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def test_the_hot_path_imports_no_mapper(tmp_path: Path) -> None:
    command = [sys.executable, "-c", SCRIPT, str(tmp_path / "site.db")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert HEAVY & set(done.stdout.split()) == set()
