"""中文：结果不明时查到的线索、撤回任务、失效的链接。其余文字在 `zh.py`。"""

TEXTS: dict[str, str] = {
    # 结果不明的任务查到了什么
    "evidence.answer": "在磁盘上找到了第 {n} 次请求的完整答复。",
    "evidence.late_answer": "第 {n} 次请求的答复曾以为丢失，其实在磁盘上，因此很可能也收了费：{path}",
    "evidence.late_refusal": "第 {n} 次请求的答复在磁盘上：网关拒绝了。{reason}",
    "recover.rest": "另外最多可能收取了 {uncertain}。对过网关账单后，用 `limner resolve {job} --charged yes` 或 "
    "`--charged no` 了结。",
    "evidence.no_answer": "磁盘上没有第 {n} 次请求的完整答复。",
    "evidence.answer_unclear": "第 {n} 次请求收到的内容还在磁盘上，但看不出图片是否已经生成：{path}",
    "evidence.no_task": "{gateway} 当时还没有给出任务编号，也没有任务列表可查。",
    "evidence.no_looks": "{gateway} 给出了任务 {task}，但没有提供查询它的办法。",
    "evidence.task_found": "{gateway} 认得任务 {task}。",
    "evidence.task_gone": "{gateway} 已经不认得任务 {task}（{said}）。",
    "evidence.task_unseen": "无法查询任务 {task}：{reason}",
    "evidence.no_balance": "{gateway} 不提供可供对比的余额。",
    "evidence.balance_unasked": "无法向 {gateway} 查询余额：{reason}",
    "evidence.balance_after": "{gateway} 现在的余额是 {after}；发送之前是多少，没有记录。",
    "evidence.balance_same": "{gateway} 的余额与发送之前一样，仍是 {after}，看来没有计费。",
    "evidence.balance_price": "{gateway} 的余额从 {before} 变为 {after}，少了 {fell}，正好是本任务的价格，期间 limner 没有其他"
    "任务，多半已经计费。",
    "evidence.balance_fell": "{gateway} 的余额从 {before} 变为 {after}，少了 {fell}，期间 limner 没有其他任务，多半计了费。",
    "evidence.balance_rose": "{gateway} 的余额从 {before} 升到 {after}，说明不了什么。",
    "evidence.balance_others": "{gateway} 的余额从 {before} 变为 {after}，但期间还有 {others} 个其他任务，无法据此确定。",
    "evidence.link": "{host} 上的图片链接返回 {status}。",
    "evidence.links_until": "图片链接的有效期到 {when}。",
    "evidence.again": "{sentence}（共查到 {times} 次）",
    "recover.nothing_lost": "任务 {job} 没有丢失的答复，不需要指定网关任务。",
    "recover.task_known": "网关任务 {task} 已经属于任务 {other}。",
    "next.look_around": "看看能查到什么（免费）：{command}",
    # 彻底失效的链接与任务
    "picture.gone": "任务 {task} 的图片已经取不到了：{host} 上的链接失效（{answer}）。图片生成过，费用已计入。原链接："
    "{link}",
    "task.forgotten": "{gateway} 不认得任务 {task} 已超过一天。是否计费，请以网关账单为准。",
    # 来不及发送
    "send.too_late": "发往 {gateway} 的请求发出之前，本机休眠或停顿过久，请求已被拦下，什么都没有发送。",
    "send.expired": "本机休眠或停顿过久，对 {quote} 的同意已经过期。什么都没有发送，请重新报价。",
    # 撤回任务
    "cancel.before": "在网关接手之前已撤回。",
    "cancel.rest": "中途已撤回，其余部分没有发送。",
    "cancel.confirmed": "任务 {job} 已撤回。没有计费，预留的 {ceiling} 已释放。",
    "cancel.requested": "任务 {job} 已经发出的部分无法撤回，会继续进行，图片照常交付；其余部分不再发送。",
    "cancel.too_late": "任务 {job} 无法撤回：请求已在 {gateway}，而它没有取消的办法。任务会继续，结果照常交付。",
    "cancel.unknown": "任务 {job} 无法撤回：请求已经发出，答复却丢失了，最多可能已计费 {uncertain}。",
    "cancel.ended": "任务 {job} 已经结束（{state}），没有什么可撤回的。",
}
