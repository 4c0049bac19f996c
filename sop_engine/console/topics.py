"""Pages about what all commands share: a title, then paragraphs; a line that begins with two spaces stays a line."""

from collections.abc import Mapping
from typing import Final

from sop_engine.messages import Message, msg

TOPICS: Final[Mapping[str, tuple[Message, ...]]] = {
    "dates": (
        msg("dates, times and lengths of time"),
        msg(
            "A day is written 2026-11-22, 11-22, 今天, 明天, 昨天 or 周五; a time 14:30 or 14点半; both"
            " together with a space"
            " between: 明天 14:30. A visit is from and to: 今天 14:00-16:00, or 明天上午."
        ),
        msg(
            "A length of time is 30min, 2h, 3d or 1w, or 30 分钟, 2 小时, 3 天. Where working time"
            " counts it says so: 1 个工作日."
            " The clock is that of the site, whatever the machine's says."
        ),
        msg(
            "--at says when something happened that is entered late; it is shown, and moves deadlines only where the"
            " procedure allows it (backdate). --since of lists takes a length back from now, or a day."
        ),
    ),
    "units": (
        msg("units: flats, shops, parking spaces"),
        msg(
            "A unit is kept as 3-2-1202: building, entrance, flat. You may write 3栋2单元1202, 3#2-1202 or full-width"
            " figures, 803 for 0803. The register fills in who lives there: sop unit ls."
        ),
        msg("What is open of a unit: sop ls --unit 3-2-1202; all that ever was: sop find 3-2-1202."),
    ),
    "ids": (
        msg("numbers of tickets"),
        msg(
            "A number is prefix, day and place: WX-20261123-007. The end is enough while it is"
            " unique among what is open:"
            " 7, 007, WX-7. Where it is not, nothing is done, and the candidates are named."
        ),
        msg("Several at once: 7,8 or @view or - ; see: sop help bulk."),
    ),
    "values": (
        msg("values of fields"),
        msg(
            "--field name=value, as often as needed; the name is the id or the title, the value as you would say it:\n"
            "  --field unit=3-2-1202 --field 收费性质=有偿\n"
            "  --field photos=@before.jpg --field photos=@after.jpg\n"
            "  --field 'items=item=box;count=3'"
        ),
        msg(
            "A new ticket takes them as bare words too, in any order; name=value where a word could be two things:\n"
            "  sop new 报修 3-2-1202 厨房漏水 急修 来电"
        ),
        msg(
            "A choice is taken by id or title, yes and no as 是 and 否, money as 120.5 or"
            " ¥120.50, a colleague by id or name."
            " edit clears with name=. Many values come well from a file: --from-file values.json, or - for standard"
            " input."
        ),
        msg("What is missing is asked on a terminal; with --no-input, or in a script, it is refused and named."),
    ),
    "codes": (
        msg("exit codes"),
        msg(
            "  0    done\n"
            "  1    a check found faults\n"
            "  2    not understood: an unknown word, a value that is missing or does not fit\n"
            "  3    not found\n"
            "  4    not now: the state, a condition, or the ticket is closed\n"
            "  5    not you: a role, four eyes, standing in\n"
            "  6    overtaken by somebody else, or locked\n"
            "  7    set-up: store, disk, clock, version, an extra that is not installed\n"
            "  8    some of several tickets failed\n"
            "  70   a fault of the program\n"
            "  130  interrupted with Ctrl-C"
        ),
        msg(
            "With --json a failure is an object on standard output: error, with code, name,"
            " message, needs, possible, fix."
        ),
    ),
    "who": (
        msg("who you are, and whom you act for"),
        msg(
            "Your login of the system says who you are: sop actor ls. A terminal that several share you take over with"
            " sop on 王芳 and your PIN, until sop off or the shift's end; --as 王芳 is you for one command."
        ),
        msg(
            "What somebody tells you by radio or on paper is his work and your typing: --doer"
            " 李强 --heard radio. Both stand"
            " on the record, and rules of four eyes look at who did it."
        ),
        msg("Somebody on leave is stood in for by his deputy: sop actor deputy. That too stands on the record."),
    ),
    "bulk": (
        msg("many tickets at once"),
        msg(
            "Where a command takes a ticket it takes several: numbers with commas between, a"
            " saved view, or - for numbers on"
            " standard input:\n"
            "  sop claim 7,8\n"
            "  sop urge @夜班\n"
            "  sop ls --overdue -q | sop note - 已电话说明"
        ),
        msg(
            "Each is done by itself, with a line for each. Code 0: all done; 8: some failed;"
            " all failed alike: the code of"
            " that. More than twenty want --yes. --dry-run shows what would come of it; --key K lets the same be run"
            " again; Ctrl-C ends after the ticket at hand."
        ),
    ),
}
"""A page by its name."""
ALIASES: Final[Mapping[str, str]] = {
    "日期": "dates", "时间": "dates", "time": "dates", "times": "dates", "date": "dates",
    "房号": "units", "unit": "units", "单号": "ids", "id": "ids", "numbers": "ids",
    "值": "values", "字段": "values", "fields": "values", "value": "values",
    "退出码": "codes", "exit": "codes", "exit codes": "codes", "code": "codes",
    "身份": "who", "谁": "who", "as": "who", "批量": "bulk", "many": "bulk",
}  # fmt: skip
"""other words for a page"""
