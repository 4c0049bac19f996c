"""Words that owners type where the language has another: of other languages, and in Chinese."""

from collections.abc import Collection, Mapping
from typing import Final

WORDS: Final[Mapping[str, str]] = {
    "on": "transitions", "triggers": "transitions", "actions": "transitions", "type_": "type", "name": "title",
    "label": "title", "description": "hint", "desc": "hint", "enum": "choices", "options": "choices",
    "optional": "may_ask", "required_fields": "ask", "if": "when", "guard": "when", "condition": "when",
    "target": "to", "goto": "to", "next": "to", "role": "by roles", "who": "by", "actor": "by",
    "notify": "tell", "end": "final", "regions": "parallel", "then": "either", "steps": "states",
    "people": "roles", "inputs": "ask", "timeout": "after", "timers": "after", "delay": "after",
    "wait": "after", "events": "on_event takes", "on_entry": "entry", "on_exit": "exit", "start": "open starts",
    "initial_state": "initial", "global": "anytime", "result": "outcome", "results": "outcomes",
    "流程": "procedure", "标题": "title", "名称": "title", "前缀": "prefix", "角色": "roles by role",
    "岗位": "roles by role", "字段": "fields field", "状态": "states", "触发": "transitions",
    "流转": "transitions", "动作": "transitions", "操作": "transitions", "谁": "by", "由": "by", "办理人": "by",
    "填写": "ask", "必填": "ask required", "选填": "may_ask", "询问": "ask", "条件": "when", "如果": "when",
    "当": "when", "转到": "to", "到": "to", "去": "to", "目标": "to", "通知": "tell notices", "单据": "forms",
    "表单": "forms", "打印": "print", "开单": "open", "打开": "open", "开始": "open", "随时": "anytime",
    "之后": "after", "超时": "after", "到时": "at", "每": "every", "定时": "starts every",
    "结果": "outcome outcomes", "终态": "final", "结束": "final", "并行": "parallel", "初始": "initial",
    "进入": "entry", "离开": "exit", "来源": "source", "类型": "type", "选项": "choices", "提示": "hint",
    "说明": "hint", "默认": "default", "默认值": "default", "最小": "min", "最大": "max", "计算": "computed",
    "隐私": "personal", "分派": "assign", "指派": "assign", "签字": "sign", "主题": "subject",
    "sla": "goals", "slas": "goals", "promises": "goals", "promise": "goals", "deadline": "due", "limit": "within",
    "escalation": "escalate", "warning": "warn", "warnings": "warn", "承诺": "goals", "时限": "goals within",
    "限时": "within", "期限": "due within", "日历": "calendar", "工作日历": "calendar", "暂停": "pause",
    "升级": "escalate", "预警": "warn", "提醒": "remind warn", "静默": "quiet", "停止": "stop", "重置": "reset",
    "负责人": "owner", "词汇": "words", "片段": "use", "不能": "not", "许可": "allow",
}  # fmt: skip
"""a word -> ours, the likelier first where several may be meant"""
VALUES: Final[Mapping[str, str]] = {
    "string": "text", "str": "text", "number": "decimal", "float": "decimal", "int": "integer",
    "bool": "boolean", "enum": "choice", "select": "choice", "image": "photo", "picture": "photo",
    "attachment": "file", "user": "staff", "employee": "staff",
    "contractor": "firm", "company": "firm", "supplier": "firm", "contact": "person", "tel": "phone",
    "amount": "money", "timestamp": "datetime", "table": "rows", "period": "interval", "room": "unit",
    "文字": "text", "文本": "text", "整数": "integer", "数字": "decimal", "小数": "decimal", "金额": "money",
    "是否": "boolean", "日期": "date", "时间": "time datetime", "日期时间": "datetime", "时段": "interval",
    "电话": "phone", "手机": "phone", "选择": "choice", "单选": "choice", "人员": "person", "员工": "staff",
    "外协": "firm", "外协单位": "firm", "单位": "firm", "公司": "firm", "供应商": "firm",
    "房号": "unit", "文件": "file", "照片": "photo", "图片": "photo", "清单": "checklist", "表格": "rows",
    "明细": "rows", "经办人": "assignee", "任何人": "anyone", "开单人": "opener", "负责人": "owner",

}  # fmt: skip
"""the same for what stands behind a word"""


def meant(word: str, known: Collection[str], table: Mapping[str, str] = WORDS) -> tuple[str, ...]:
    return tuple(each for each in table.get(word.strip().lower(), "").split() if each in known)[:1]
