"""Names of posts and machines, which no actor may bear: an actor is one person."""

import re
import unicodedata
from typing import Final

POSTS: Final = frozenset(
    {
        "前台", "前台客服", "前台值班", "客服", "客服部", "客服中心", "服务中心", "服务台", "管家部", "物业",
        "物业公司", "工程", "工程部", "工程班", "维修", "维修部", "维修班", "保安", "保安部", "保安岗", "秩序部",
        "门岗", "监控室", "值班", "值班室", "夜班", "财务", "财务部", "管理员", "系统",
        "desk", "frontdesk", "servicedesk", "servicecentre", "servicecenter", "reception", "securitydesk", "nightduty",
        "dutydesk", "admin", "administrator", "system", "timer",
    }
)  # fmt: skip
"""as `_folded` gives them"""
_NUMBER: Final = re.compile(r"[0-9]+号?$|[一二三四五六七八九十]号$")


def is_post(name: str) -> bool:
    """Whether a name or an id is that of a post or a machine, however it is written: 前台1号, Front Desk, 客服 中心."""
    return _folded(name) in POSTS


def _folded(name: str) -> str:
    """A name without case, width, spaces, strokes and a number at its end."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return _NUMBER.sub("", re.sub(r"[\W_]+", "", plain))
