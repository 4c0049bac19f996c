"""Fields of every type, and a context, for tests of values."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sop_engine.procedure import Choice, Field
from sop_engine.values import Context

SHANGHAI = ZoneInfo("Asia/Shanghai")
CONTEXT = Context(
    zone=SHANGHAI,
    now=datetime(2026, 11, 22, 0, 30, tzinfo=UTC),
    staff={"wang.fang": "王芳", "li.qiang": "李强", "li.qiang2": "李强", "zhao.jun": "赵军"},
)
CHOICES = (
    Choice("urgent", {"zh": "急修", "en": "Urgent"}),
    Choice("normal", {"zh": "一般", "en": "Normal"}),
    Choice("later", {"und": "缓办"}),
)
COLUMNS = (
    Field("item", "text", {"zh": "项目", "en": "Item"}),
    Field("labour", "money", {"zh": "人工费", "en": "Labour"}),
    Field("done", "boolean", {"zh": "完成", "en": "Done"}),
)
FIELDS = {
    each.id: each
    for each in (
        Field("text", "text", {"zh": "故障", "en": "Fault"}),
        Field("integer", "integer", {"zh": "数量", "en": "Number"}),
        Field("decimal", "decimal", {"zh": "面积", "en": "Area"}, scale=3),
        Field("money", "money", {"zh": "应收", "en": "Fee"}),
        Field("boolean", "boolean", {"zh": "在家", "en": "At home"}),
        Field("date", "date", {"zh": "日期", "en": "Day"}),
        Field("time", "time", {"zh": "时间", "en": "Time"}),
        Field("datetime", "datetime", {"zh": "时刻", "en": "Moment"}),
        Field("interval", "interval", {"zh": "约定时间", "en": "Window"}),
        Field("phone", "phone", {"zh": "电话", "en": "Phone"}),
        Field("choice", "choice", {"zh": "缓急", "en": "Urgency"}, choices=CHOICES),
        Field("person", "person", {"zh": "报修人", "en": "Caller"}),
        Field("staff", "staff", {"zh": "责任人", "en": "Owner"}),
        Field("unit", "unit", {"zh": "房号", "en": "Unit"}),
        Field("file", "file", {"zh": "附件", "en": "File"}),
        Field("photo", "photo", {"zh": "照片", "en": "Photo"}),
        Field("checklist", "checklist", {"zh": "清单", "en": "List"}, choices=CHOICES),
        Field("rows", "rows", {"zh": "报价", "en": "Quote"}, columns=COLUMNS),
        Field("texts", "text", {"zh": "事项"}, many=True),
        Field("choices", "choice", {"zh": "原因"}, choices=CHOICES, many=True),
        Field("people", "person", {"zh": "投诉人"}, many=True),
        Field("photos", "photo", {"zh": "照片"}, many=True),
        Field("dates", "date", {"zh": "日期"}, many=True),
        Field("helpers", "staff", {"zh": "协办"}, many=True),
    )
}
PHOTO = {"sha256": "a" * 64, "name": "门.jpg", "size": 1024, "type": "image/jpeg"}
EXAMPLES = {
    "text": "厨房下水管漏水", "integer": 3, "decimal": "12.500", "money": "-1200.50", "boolean": True,
    "date": "2026-11-22", "time": "08:30", "datetime": "2026-11-22T00:30:00.000Z",
    "interval": {"start": "2026-11-22T00:30:00.000Z", "end": "2026-11-22T04:00:00.000Z"}, "phone": "13800000000",
    "choice": "urgent", "person": {"name": "王芳", "phone": "13800000000"}, "staff": "wang.fang", "unit": "3-2-1202",
    "file": PHOTO, "photo": PHOTO, "checklist": {"urgent": True, "later": False},
    "rows": [{"item": "水管", "labour": "80.00"}, {"done": True}], "texts": ["漏水", "停电"],
    "choices": ["urgent", "later"], "people": [{"name": "王芳"}], "photos": [PHOTO], "dates": ["2026-11-22"],
    "helpers": ["zhao.jun", "wang.fang"],
}  # fmt: skip
"""one value of each field, in the record's form"""
