"""A repair from the phone call to closed, as a procedure's text: what tests do things to, and what is measured."""

REPAIR = """
procedure: repair
title: {zh: 报修, en: Repair}
prefix: WX
subject: "{{ fault }}"
roles: [desk, engineer]
fields:
  fault:   {type: text, title: {zh: 故障, en: Fault}}
  urgency: {type: choice, title: {zh: 缓急, en: Urgency}, choices: {urgent: 急修, normal: 一般}, default: normal}
  place:   {type: choice, title: {zh: 区域, en: Place}, choices: {home: 户内, common: 公共}, default: home}
  spot:    {type: text, title: {zh: 位置, en: Spot}, required: {place: common}}
  labour:  {type: money, title: {zh: 人工, en: Labour}}
  parts:   {type: money, title: {zh: 材料, en: Parts}}
  fee:     {type: money, title: {zh: 应收, en: Fee}, computed: labour + parts}
  reason:  {type: text, title: {zh: 原因, en: Reason}}
open: {by: desk, ask: fault, may_ask: [urgency, place, spot], to: registered}
anytime:
  cancel: {by: desk, ask: reason, to: cancelled}
states:
  registered:
    transitions:
      dispatch: {by: desk, assign: engineer, to: dispatched}
  dispatched:
    after: {2 h: {to: late}}
    transitions:
      accept: {by: assignee, to: on_site}
  late:
    transitions:
      accept: {by: assignee, to: on_site}
  on_site:
    transitions:
      price: {by: assignee, ask: [labour, parts]}
      done:  {by: assignee, when: given(fee) and fee > 0, to: repaired}
  repaired:
    transitions:
      no_answer: {by: desk}
      confirm: {by: {role: desk, not: did done}, to: closed}
    always: [{when: times('no_answer') >= 3, to: unreached}]
  closed:    {final: true, outcome: repaired}
  unreached: {final: true, outcome: revisit_failed}
  cancelled: {final: true, outcome: cancelled}
"""
