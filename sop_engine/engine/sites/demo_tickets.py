"""The tickets that a demo site begins with: what a service centre finds open on a Monday morning."""

import io
import struct
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from sop_engine.engine.engine import Engine, new_id
from sop_engine.engine.sites.folder import open_site
from sop_engine.store.files import Files
from sop_engine.store.seam import Query
from sop_engine.ticket.records import SITE, Command


class Act(NamedTuple):
    """What somebody does: to the ticket that `on` names (a name of this list's own), or `new`, which opens one."""

    on: str
    actor: str
    trigger: str
    fields: Mapping[str, Any] = {}
    assignee: str = ""
    new: str = ""


PHOTO: Final = object()
"""stands for a small picture, kept among the site's files"""

CALLER: Final = {"name": "沈女士", "phone": "13900000301"}
IDENTIFIED: Final = {"face": True, "register": True}
KEYS: Final = [{"kind": "door", "count": 2, "tag": "K-118"}, {"kind": "card", "count": 1, "tag": "C-118"}]
TABLE: Final[Sequence[Act]] = (
    Act(
        "burst",
        "zhao_lei",
        "open",
        {
            "place": "home",
            "unit": "3-1-0803",
            "fault": "卫生间水管爆裂，已关总阀",
            "urgency": "urgent",
            "channel": "phone",
        },
        new="repair",
    ),
    Act("burst", "zhao_lei", "dispatch", assignee="li_qiang"),
    Act("burst", "li_qiang", "accept"),
    Act(
        "lamp",
        "sun_qiang",
        "open",
        {"place": "common", "spot": "5 栋 1 单元大堂", "fault": "顶灯不亮", "urgency": "normal", "channel": "visit"},
        new="repair",
    ),
    Act(
        "noise",
        "wang_fang",
        "open",
        {
            "matter": "complaint",
            "channel": "phone",
            "unit": "5-1-0301",
            "complainant": CALLER,
            "content": "装修队周日早上七点动工，影响休息",
        },
        new="complaint",
    ),
    Act(
        "bag",
        "sun_qiang",
        "open",
        {"description": "黑色双肩包", "quantity": 1, "found_at": "3 栋大堂", "photos": [PHOTO], "seal_no": "F-0012"},
        new="lost-and-found",
    ),
    Act("parcel", "wang_fang", "open", {"goods": "行李箱两只", "unit": "5-2-1502"}, new="package-storage"),
    Act(
        "parcel",
        "wang_fang",
        "list_items",
        {"items": [{"name": "行李箱", "quantity": 2, "features": "银色 24 寸，带锁"}]},
    ),
    Act("parcel", "wang_fang", "keep", {"depositor_sign": PHOTO, "place": "2 号架下层"}),
    Act(
        "keys", "wang_fang", "open", {"unit": "3-2-1201", "relation": "owner", "id_shown": "id_card"}, new="key-custody"
    ),
    Act("keys", "wang_fang", "verify", {"checked": IDENTIFIED}),
    Act(
        "keys",
        "wang_fang",
        "seal",
        {
            "keys": KEYS,
            "purpose": "业主出差，请定期开窗通风",
            "uses": ["repair", "airing"],
            "until": "2027-02-28",
            "bag_no": "F-2026-031",
            "client_sign": PHOTO,
        },
    ),
    Act("keys", "wang_fang", "open_seal", {"open_for": "loan"}),
    Act("keys", "sun_qiang", "open_seal"),
    Act(
        "keys",
        "wang_fang",
        "lend",
        {
            "borrower": {"name": "张伟", "phone": "13500002222"},
            "borrower_staff": "zhang_wei",
            "basis": "use",
            "loan_for": "repair",
            "loan_tag": "K-118",
            "loan_count": 1,
            "due_back": "2026-11-23T09:30:00.000Z",
        },
    ),
)
"""in order; all at the demo's first instant"""


def leave_open(folder: Path, login: str) -> int:
    """Open the demo's tickets in a site that `make_demo` has made; gives how many are open then."""
    with open_site(folder) as site:
        photo = Files(folder / "files").put(io.BytesIO(picture()), "照片.png")
        names: dict[str, str] = {}
        for act in TABLE:
            _do(site.engine, login, act, names, photo)
        with site.store.reading() as reading:
            return sum(1 for head in reading.heads(Query(status="open")) if head.id != SITE)


def _do(engine: Engine, login: str, act: Act, names: dict[str, str], photo: dict[str, Any]) -> None:
    fields = {name: _with(photo, value) for name, value in act.fields.items()}
    if act.new:
        arguments: dict[str, Any] = {"procedure": act.new, "fields": fields}
        names[act.on] = engine.act(Command(new_id(), "open", "", act.actor, login, arguments)).step.ticket
        return
    arguments = {"trigger": act.trigger, "fields": fields} | ({"assignee": act.assignee} if act.assignee else {})
    engine.act(Command(new_id(), "do", names[act.on], act.actor, login, arguments))


def _with(photo: dict[str, Any], value: Any) -> Any:
    if value is PHOTO:
        return photo
    return [_with(photo, each) for each in value] if isinstance(value, list) else value


def picture() -> bytes:
    """A small grey PNG: the photo of a signature."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0)
    rows = b"".join(b"\x00" + b"\xc0" * 8 for _ in range(8))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
