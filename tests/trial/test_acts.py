"""Acts of staff in scenarios: what a step may say, what comes of it, and what it is told where it makes no sense."""

from pathlib import Path

import pytest

from sop_engine.messages import say
from tests.trial.test_playing import STEPS, failure, play


@pytest.mark.parametrize(
    "steps",
    [
        ["{by: 王芳, act: urge, told: {standard: 李强}}"],
        ["{by: 王芳, act: 催办, with: {from: 客户, note: 业主又来电}, told: 李强}"],
        ["{by: 王芳, act: urge}", "{by: 张伟, act: urge, refused: not_now, words: 09:00}"],
        ["{by: 王芳, act: 知会, with: {to: [张伟, lead]}, told: [张伟, 赵军]}", "{by: 张伟, act: 已阅}"],
        ["{by: 张伟, act: watch}", "{by: 李强, do: 回来, told: 张伟}"],
        ["{by: 张伟, act: watch}", "{by: 张伟, act: watch, with: {stop: true}}", "{by: 李强, do: 回来, told: []}"],
        [
            "{by: 王芳, act: 挂单, with: {until: 明天 09:00}, reason: 等料}",
            "{by: 李强, do: 回来, refused: not_now}",
            "{by: 王芳, act: 恢复办理, reason: 料到了}",
            "{by: 李强, do: 回来, state: 已回}",
        ],
        ["{by: 李强, act: 退单, reason: 不在班, refused: not_now, words: offered to no role}"],
        ["{by: 李强, act: 转单, with: {to: 张伟}}", "{by: 张伟, act: 接手, assignee: 张伟}"],
        ["{by: 李强, act: transfer, with: {to: 张伟}}", "{by: 张伟, act: 拒接, reason: 忙, assignee: 李强}"],
        ["{by: 李强, act: 委托代办, with: {to: 张伟, until: 1 h}}", "{by: 张伟, do: 回来, state: 已回}"],
        ["{by: 李强, act: 撤回, reason: 点错了, state: 待办}"],
        ["{by: 王芳, act: 作废, reason: 录错了, outcome: void}"],
        [
            "{by: 王芳, open: {}, label: 又一张}",
            "{by: 王芳, open: {}, label: 第三张}",
            "{by: 王芳, act: 并单, with: {into: 又一张}, reason: 重复, outcome: merged}",
        ],
        [
            "{by: 王芳, open: {}, label: 另一张}",
            "{by: 王芳, open: {}, label: 本张, rework_of: 另一张, linked: {另一张: 返工}}",
            "{by: 王芳, ticket: 另一张, act: watch, linked: {本张: 被返工}}",
            "{by: 王芳, ticket: 本张, act: 取消关联, with: {to: 另一张}, linked: {}}",
            "{by: 王芳, ticket: 本张, act: 关联, with: {to: 另一张, as: 起因}, linked: {另一张: caused_by}}",
        ],
        ["{by: 王芳, act: 附件, with: {files: [单.jpg, 门.jpg], label: 现场}, attached: [门.jpg, 单.jpg]}"],
        [
            "{by: 王芳, act: 拆单, with: {carry: 事项, fields: {件数: 2}}, reason: 两件事, label: 拆出的}",
            "{by: 李强, ticket: 拆出的, do: 出发, fields: {事项: 取快递, 件数: 2}, state: 在途}",
        ],
        ["{by: 王芳, act: 回退, reason: 不行, refused: not_now}"],
        ["{by: 王芳, act: 挂单, with: {until: 1 天}, reason: 等料}", "{wait: 2 天}", "{by: 李强, do: 回来}"],
    ],
)
def test_an_act_does_what_it_does_at_the_command_line(tmp_path: Path, steps: list[str]) -> None:
    (result,) = play(tmp_path, STEPS + "".join(f"      - {step}\n" for step in steps))
    assert result.failure is None
    assert result.passed


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("{by: 王芳, act: urg}", "there is no act `urg`; did you mean urge?"),
        ("{by: 王芳, act: urge, with: {form: customer}}", "there is no word of the act `form`; did you mean from?"),
        ("{by: 王芳, act: urge, with: {from: 物业}}", "there is no side `物业`"),
        ("{by: 王芳, act: copy, with: {to: 张三}}", "there is no person or role `张三`"),
        ("{by: 王芳, act: suspend, with: {until: 下个世纪}, reason: 等料}", "下个世纪"),
        ("{by: 王芳, act: split, with: {fields: 件数}, reason: x}", "what is not a map of fields: 件数"),
        ("{by: 王芳, act: link, with: {to: 没有}}", "there is no ticket `没有`"),
        ("{by: 王芳, act: watch, linked: {}, attached: [门.jpg]}", "nothing"),
    ],
)
def test_an_act_that_names_nothing_is_told(tmp_path: Path, step: str, said: str) -> None:
    assert said in say(failure(tmp_path, step).found, "en")


def test_an_act_needs_somebody(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="cannot be played"):
        play(tmp_path, f"{STEPS}      - {{act: urge}}\n")
