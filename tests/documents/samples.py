"""Procedures for the tests: a repair with nested states, timers and guards, and an emergency with two regions."""

from dataclasses import replace
from typing import Any

from sop_engine.procedure import (
    Assign,
    Choice,
    Duration,
    Every,
    Field,
    Form,
    Handler,
    Not,
    Notice,
    Offer,
    Print,
    Procedure,
    Recipient,
    Role,
    Schedule,
    Set,
    Sign,
    Start,
    State,
    Tell,
    Timer,
    Transition,
    Tree,
    Who,
)


def title(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


def role(name: str, *exclude: Not) -> Who:
    return Who("role", name, exclude)


def to(*target: str, when: Tree | None = None, effects: tuple[Any, ...] = ()) -> Transition:
    return Transition(when=when, target=target, effects=effects)


ASSIGNEE = Who("assignee")
URGENT = ("==", ("field", "urgency"), ("const", "choice", "urgent"))
LOW = ("<", ("field", "rating"), ("const", "integer", 3))
THIRD = (">=", ("times", "no_answer"), ("const", "integer", 3))


def offer(trigger: str, zh: str, en: str, by: tuple[Who, ...], *alternatives: Transition, **more: Any) -> Offer:
    return Offer(trigger, title(zh, en), by, alternatives, **more)


def repair_fields() -> tuple[Field, ...]:
    return (
        Field("unit", "unit", title("房号", "Unit")),
        Field("caller", "person", title("报修人", "Caller"), fill="unit.contact", personal="contact"),
        Field("phone", "phone", title("联系电话", "Phone"), personal="contact"),
        Field("fault", "text", title("故障", "Fault"), hint=title("哪里、怎么坏的", "where, and how it is broken")),
        Field(
            "urgency",
            "choice",
            title("缓急", "Urgency"),
            choices=(Choice("urgent", title("急修", "Urgent")), Choice("normal", title("一般", "Normal"))),
            default="normal",
        ),
        Field(
            "charge",
            "choice",
            title("收费性质", "Charge"),
            choices=(
                Choice("undecided", title("待定", "Undecided")),
                Choice("free", title("无偿", "Free")),
                Choice("paid", title("有偿", "Paid")),
                Choice("warranty", title("保修", "Warranty")),
            ),
            default="undecided",
        ),
        Field("window", "interval", title("约定上门时间", "Agreed visit")),
        Field(
            "quote",
            "rows",
            title("报价", "Quote"),
            columns=(
                Field("item", "text", title("项目", "Item")),
                Field("labour", "money", title("人工费", "Labour")),
                Field("material", "money", title("材料费", "Material")),
            ),
        ),
        Field(
            "fee",
            "money",
            title("应收", "Fee"),
            computed=(
                "+",
                ("sum", ("rows", "quote"), ("row", "labour")),
                ("sum", ("rows", "quote"), ("row", "material")),
            ),
        ),
        Field("photos", "photo", title("照片", "Photos"), many=True),
        Field("hold_until", "date", title("预计恢复", "Expected back")),
        Field("rating", "integer", title("评分", "Rating"), min=1, max=5, required=URGENT),
        Field("reason", "text", title("原因", "Reason")),
        Field("checks", "checklist", title("完工检查", "Checks"), choices=(Choice("dry", title("不漏水", "Dry")),)),
    )


def repair_states() -> tuple[State, ...]:
    by_desk = (role("desk"),)
    return (
        State(
            "ticket",
            title("业主报修", "Repair"),
            "compound",
            children=("registered", "working", "repaired", "rated", "closed", "closed_unreached"),
            initial=("registered",),
            offers=(
                offer("progress", "进度反馈", "Report", (role("steward"),), Transition(), ask=("reason",)),
                offer("cancel", "取消", "Cancel", by_desk, to("closed", when=("not", ("in_state", "on_site")))),
            ),
            timers=(Timer("report", {}, (Transition(),), every=Every(each=Duration(4, "h"))),),
        ),
        State(
            "registered",
            title("待派单", "To be dispatched"),
            offers=(
                offer(
                    "dispatch",
                    "派单",
                    "Dispatch",
                    by_desk,
                    to(
                        "working",
                        effects=(
                            Assign("role", "engineer"),
                            Print("work-order"),
                            Tell((Recipient("assignee"), Recipient("role", "steward"))),
                        ),
                    ),
                    source=("M4 1",),
                ),
            ),
        ),
        State(
            "working",
            title("处理中", "In hand"),
            "compound",
            children=("dispatched", "on_site", "waiting", "working.history"),
            initial=("dispatched",),
            handlers=(Handler("stopped", (to("registered"),)),),
        ),
        State(
            "dispatched",
            title("待接单", "Waiting for acceptance"),
            parent="working",
            offers=(
                offer("accept", "接单", "Accept", (ASSIGNEE,), to("on_site")),
                offer("give_back", "退单", "Give back", (ASSIGNEE,), to("registered"), ask=("reason",)),
            ),
        ),
        State(
            "on_site",
            title("维修中", "On site"),
            parent="working",
            offers=(
                offer("hold", "挂单", "Hold", (role("team-lead"),), to("waiting"), ask=("hold_until",)),
                offer(
                    "done",
                    "完工",
                    "Done",
                    (ASSIGNEE,),
                    to("repaired", when=("!=", ("field", "charge"), ("const", "choice", "undecided"))),
                    ask=("charge",),
                    may_ask=("photos",),
                ),
            ),
        ),
        State(
            "waiting",
            title("已挂单", "On hold"),
            parent="working",
            offers=(offer("go_on", "恢复办理", "Resume", (ASSIGNEE, role("desk")), to("on_site")),),
            timers=(
                Timer(
                    "back", {}, (Transition(effects=(Tell((Recipient("assignee"),)),)),), at="hold_until", time="09:00"
                ),
            ),
        ),
        State("working.history", {}, "history", parent="working", initial=("dispatched",)),
        State(
            "repaired",
            title("已完工，待回访", "Repaired, to be revisited"),
            offers=(
                offer(
                    "confirm",
                    "回访：已修复",
                    "Confirmed",
                    (role("desk", Not(did="done")),),
                    to("rated"),
                    ask=("rating",),
                ),
                offer("not_repaired", "回访：未修复", "Not repaired", by_desk, to("working.history"), ask=("reason",)),
                offer("no_answer", "回访未接通", "No answer", by_desk, Transition()),
            ),
            timers=(Timer("after_3_days", {}, (to("closed_unreached", when=THIRD),), after=Duration(3, "day")),),
        ),
        State(
            "rated",
            title("已评价", "Rated"),
            always=(
                to("registered", when=LOW, effects=(Start("rework", {"fault": ("field", "fault")}),)),
                to("closed", effects=(Set("charge", ("const", "choice", "free")),)),
            ),
        ),
        State("closed", title("已关单", "Closed"), "final", outcome="repaired"),
        State("closed_unreached", title("已关单（未接通）", "Closed unreached"), "final", outcome="revisit_failed"),
    )


def repair() -> Procedure:
    return Procedure(
        id="repair",
        title=title("业主报修", "Repair"),
        prefix="WX",
        states=repair_states(),
        open=offer(
            "open", "登记", "Register", (role("desk"),), to("registered"), ask=("unit", "fault"), may_ask=("window",)
        ),
        fields=repair_fields(),
        roles=(
            Role("desk", title("前台", "Front desk")),
            Role("steward", title("管家", "Steward"), scope="unit"),
            Role("engineer", title("工程人员", "Engineer")),
            Role("team-lead", title("工程班长", "Team lead")),
        ),
        subject=("", "unit", " ", "fault"),
        notices=(Notice("accepted", title("接单通知", "Accepted"), {}),),
        forms=(Form("work-order", title("维修工单", "Work order"), {}),),
        outcomes=(
            Choice("repaired", title("已修复", "Repaired")),
            Choice("revisit_failed", title("回访未果", "Revisit failed")),
        ),
        schedules=(Schedule("monthly", Every(on=("last",), at="18:00"), each="units"),),
        source=("M4 1", "M1 6.3"),
    )


def emergency() -> Procedure:
    anyone = (Who("anyone"),)

    def region(name: str, zh: str, en: str) -> tuple[State, ...]:
        return (
            State(
                name,
                title(zh, en),
                "compound",
                parent="helping",
                children=(f"{name}_asked", f"{name}_over"),
                initial=(f"{name}_asked",),
            ),
            State(
                f"{name}_asked",
                title("待办", "Asked"),
                parent=name,
                offers=(
                    offer(f"{name}_finish", "办完", "Finish", anyone, to(f"{name}_over"), sign=Sign(2, ("desk",))),
                ),
            ),
            State(f"{name}_over", title("完毕", "Over"), "final", parent=name),
        )

    return Procedure(
        id="medical-emergency",
        title=title("急救病人求助", "Medical emergency"),
        prefix="JJ",
        states=(
            State("ticket", {}, "compound", children=("helping", "settled"), initial=("helping",)),
            State(
                "helping",
                title("救助中", "Helping"),
                "parallel",
                children=("hospital", "ambulance"),
                done=(to("settled"),),
            ),
            *region("hospital", "送医", "To hospital"),
            *region("ambulance", "叫救护车", "Ambulance"),
            State("settled", title("已办结", "Settled"), "final", outcome="helped"),
        ),
        open=offer("open", "登记", "Register", anyone, to("helping")),
        roles=(Role("desk", title("前台", "Front desk")),),
        outcomes=(Choice("helped", title("已救助", "Helped")),),
    )


HOSTILE = (
    'a"<b>&\\N \\"] }\n--> [*] : x; #35; %% {{ y }} <script>alert(1)</script> <img src="/etc/passwd"/> '
    "\x1b[31m\u202e]]> \ufffe\uffff-- end " + "长" * 10_000
)


def hostile() -> Procedure:
    """The repair with a hostile title of ten thousand characters wherever a title can stand."""
    procedure = repair()
    bad = {"und": HOSTILE}
    states = tuple(
        replace(
            each,
            title=bad,
            offers=tuple(replace(offer, title=bad) for offer in each.offers),
            handlers=tuple(replace(handler, event=HOSTILE) for handler in each.handlers),
        )
        for each in procedure.states
    )
    return replace(
        procedure,
        title=bad,
        states=states,
        roles=tuple(replace(each, title=bad) for each in procedure.roles),
        fields=tuple(replace(each, title=bad) for each in procedure.fields),
        outcomes=tuple(replace(each, title=bad) for each in procedure.outcomes),
        notices=tuple(replace(each, title=bad) for each in procedure.notices),
    )
