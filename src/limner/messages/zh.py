"""简体中文。一句话说清：哪里不对、可以怎样、该做什么；`next.` 开头的键说下一步。"""

from limner.messages import zh_choosing, zh_delivery, zh_engine, zh_next, zh_open, zh_repair, zh_words
from limner.messages.zh_checks import TEXTS as _CHECKS

TEXTS: dict[str, str] = {
    **_CHECKS,
    **zh_engine.TEXTS,
    **zh_open.TEXTS,
    **zh_repair.TEXTS,
    **zh_choosing.TEXTS,
    **zh_delivery.TEXTS,
    **zh_words.TEXTS,
    **zh_next.TEXTS,
    "unexpected": "出了点状况，limner 说不清是什么。请稍后重试或换个模型试试；详情在日志里。",
    "internal": "limner 内部出了点状况。已发出的都有记录：`limner jobs`。详情在日志里；反馈时请附上 `limner doctor` 的输出。",
    # 与要求不同之处
    "adjusted.sends": "{n} 张图片分批画，每批 {each} 张。",
    "adjusted.pictures_each": "{model} 每次下单通常以一份价格生成 {each} 张图片。下单次数：{n}。",
    "adjusted.no_size": "{model} 不能选尺寸，因此忽略 {size}。",
    "adjusted.size_wins": "以尺寸 {size} 为准，不按比例 {ratio}。",
    # 命令行
    "usage.words": "{command}：{reason}。用法见 `{command} --help`。",
    "usage.fields_alone": "--fields 是从 JSON 对象里挑字段，要和 --json 一起用。",
    "usage.missing": "`{command}` 还缺 {names}。用法见 `{command} --help`。",
    "usage.option_unknown": "`{command}` 没有选项 {option}，可用的有：{allowed}。",
    "usage.option_near": "`{command}` 没有选项 {option}。是不是 {near}？",
    "usage.surplus": "`{command}` 用不上 {words}。由多个词组成的文字请加引号。",
    "usage.not_text": "{word} 不是可读的文字，请使用 UTF-8 编码。",
    "usage.choice": "{option} 不能是 {value}，可选：{allowed}。",
    "usage.value_missing": "{option} 后面要跟一个值：{option} {wanted}",
    "usage.value_surplus": "{option} 不带值，请去掉 {value}。",
    "usage.whole_number": "{option} 要填整数，{value} 不是。",
    "usage.from": "{option} 要填不小于 {low} 的整数，{value} 不行。",
    "usage.from_to": "{option} 要填 {low} 到 {high} 的整数，{value} 不行。",
    "usage.seconds": "{option} 要填秒数，例如 50；{value} 不行。",
    "usage.amount": "{option} 要填金额数字，例如 0.04；{value} 不行。",
    "usage.day": "{option} 要填日期，例如 2026-11-01；{value} 不行。",
    "fields.unknown": "没有字段 {name}。现有：{known}。",
    "command.unknown": "没有命令 {command}。现有：{known}。",
    "command.unknown_near": "没有命令 {command}。是不是 {near}？",
    "approve.no_terminal": "这里需要本人在终端里亲自同意。如果是转达本人的同意，请用：{command}",
    "approval.person": "这里要由本人在终端或工作室里亲自同意：{command}",
    "worker.gone": "执行的进程还没开始就结束了。没有发出任何请求，报价 {quote} 可以重新执行。",
    "run.renamed": "{asked} 存成了 {name}：图片实际是 {came}。",
    "run.already": "报价 {quote} 已经用在任务 {job} 上，不会重复购买。",
    "gateways.no_url": "还缺地址：--url https://…/v1",
    "jobs.none": "没有这样的任务。",
    "jobs.none_yet": "还没有任务。",
    "models.none": "没有符合的模型。",
    "changes.none": "还没有查看过任何网关的模型列表；每次报价都会查看一个。",
    "changes.live": "网关自己的列表",
    "changes.facts": "附日期的资料",
    "changes.first": "{count} 个模型，首次查看",
    "changes.models": "{count} 个模型",
    "changes.contract": "接口说明：{contract}",
    "models.seconds": "{low}-{high} 秒",
    "models.edits": "可改图",
    "job.left": "任务 {job} 已经没人在跟了。取回现有的结果：{command}",
    "quote.summary": "{n} 张 {model}{size}：{price}。",
    "recover.unknown": "最多可能已收取 {uncertain}",
    "spend.picture": "1 张图片",
    "spend.pictures": "{count} 张图片",
    # 报价卡
    "card.title": "报价 {quote}",
    "card.model": "模型",
    "card.gateway": "网关",
    "card.prompt": "描述",
    "card.pictures": "张数",
    "card.size": "尺寸",
    "card.ratio": "比例",
    "card.references": "参考图",
    "card.shrunk": "{name}：{before} → {after}（{width}x{height}）",
    "card.as_is": "{name}：{after}（{width}x{height}）",
    "card.repair": "若被拒绝",
    "card.price": "价格",
    "card.price_about": "约 {price}",
    "card.price_most": "约 {price}，最多 {ceiling}",
    "card.price_repeats": "约 {price}；若答复丢失而重试（共 {attempts} 次），最多 {ceiling}",
    "card.price_free": "免费",
    "card.price_unknown": "未知，最多 {ceiling}",
    "card.tariff": "价目",
    "card.tariff_of": "{source}，截至 {as_of}",
    "card.tariff_own": "你自己的配置（config.toml）",
    "card.time": "用时",
    "card.time_about": "通常 {low} 到 {high} 秒",
    "card.expires": "有效期",
    "card.minutes": "{minutes} 分钟",
    "card.note": "说明",
    "card.sandbox": "沙盒：不花真钱，图片由程序绘制",
    "card.ask": "最多花 {ceiling}，同意吗？[y/N] ",
    "card.yes_words": "y yes 是 好 同意 可以",
    # 进度
    "progress.submitting": "等待 {gateway}",
    "progress.repeating": "第 {attempt} 次尝试失败（{reason}），共 {of} 次；{seconds} 秒后再试",
    "progress.collecting": "正在保存",
    "progress.elapsed": "{elapsed} 秒，通常 {low} 到 {high} 秒",
    "progress.goes_on": "还在画，任务会自己继续。",
    "progress.left": "你已停止查看，任务会自己继续。查看进展：{command}",
    # 下一步
    "next.approve": "同意并开始：{command}",
    "next.approve_yourself": "由本人在终端或工作室里同意：{command}",
    "next.run": "开始画：{command}",
    "next.status": "再看看进展：{command}",
    "next.recover": "取回现有结果：{command}",
    "next.unknown": "请到网关的账单里看看结果如何。在弄清之前，这笔钱会一直预留着。",
    "next.models": "看看有哪些模型：limner models",
    "next.failed": "请改写描述或换一个模型，再重新报价；这一单不会再发送。",
    "next.wait": "任务会自己继续。接着查看：{command}",
    "next.quote": "重新报价：limner quote …",
    # 设置
    "onboarding": """limner 要先有网关的密钥才能画真图。设置方法有三种：

  1. 只在当前终端有效：
       export OMNIMAAS_API_KEY="sk-..."
       # 有专属地址时才需要：
       export OMNIMAAS_BASE_URL="https://…/v1"

  2. 长期有效：把同样的 export 写进 ~/.zshrc 或 ~/.bashrc。

  3. 存成文件，不用变量：
       limner setup      （输入时不显示，文件只有你自己能读）
     或者自己动手：
       (umask 077; cat > ~/.product_shots_imagegen_api_key)
       然后粘贴密钥，按回车，再按 Ctrl-D

获取密钥：{keys_from}
一个密钥可用于 GPT 和 Gemini 两类模型。
切勿把密钥粘贴到聊天里。

其他网关，设置方法相同：
  {others}

还没有密钥？可以先在沙盒里随便试：
  limner make "黄昏的灯塔" --sandbox
在自己电脑上生成则是免费的：
  limner gateways add local --url http://127.0.0.1:1234/v1""",
    "onboarding.other": """{gateway} 要先有密钥才能画真图。设置方法有三种：

  1. 只在当前终端有效：
       export {variable}="..."

  2. 长期有效：把同样的 export 写进 ~/.zshrc 或 ~/.bashrc。

  3. 存成文件，不用变量：
       limner setup {name}      （输入时不显示，文件只有你自己能读）

获取密钥：{keys_from}
切勿把密钥粘贴到聊天里。

还没有密钥？可以先在沙盒里试：
  limner make "黄昏的灯塔" --gateway {name} --sandbox""",
    "onboarding.from": "获取密钥：{keys_from}",
    "setup.ask": "{gateway} 的密钥（输入时不显示）：",
    "setup.saved": "{gateway} 的密钥 {key} 已保存到 {path}。",
    "setup.saved_keyring": "{gateway} 的密钥 {key} 已保存到系统钥匙串。",
    "setup.try": '试一试：limner quote "黄昏的灯塔"',
    "gateways.added": "已添加网关 {name}：{url}",
    "gateways.ready": "就绪，密钥 {key} 来自 {source}",
    "gateways.no_key": "还没有密钥：{command}",
    "gateways.endpoint": "  {host}：{what}。何时：{when}。",
    "gateways.own_host": "描述、模型、参数、参考图；密钥",
    "gateways.own_host_keyless": "描述、模型、参数、参考图；不含密钥",
    "gateways.always": "每次",
    "gateways.nowhere_else": "除了网关为成品图给出的主机，以及你设置的聊天工具，limner 不会联系其他主机。",
    "gateways.ready_keyless": "就绪，无需密钥",
    "doctor.home": "数据",
    "doctor.settings": "配置",
    "doctor.extras": "附加组件",
    "doctor.gateway": "{address}，{status}",
    "doctor.fine": "一切正常。",
    "doctor.to_do": "有 {count} 处需要留意。",
    "doctor.no_gateway": "还没有可用的网关。请运行 `limner setup`，或先试试沙盒。",
    "doctor.proxy": "环境里设置了 {names}，limner 不会使用。如果确实需要代理，请在 {path} 里设置 `proxy`。",
    "doctor.open_folder": "其他用户也能查看 {path} 里的内容。请收紧权限：chmod 700 {path}",
    "doctor.open_file": "其他用户也能读取 {path}。请收紧权限：chmod 600 {path}",
    "doctor.unfinished": "有 {count} 个任务没有结束，`limner recover` 会尽量取回结果。",
    "doctor.unknown": "有 {count} 个任务结果未知，预留了 {amount}。可用 `limner jobs --state unknown` 查看。",
    "recover.no_gateway": "要取回网关的任务，请用 --gateway 说明是哪个网关。现有：{known}。",
    "recover.adopted": "任务在提交的地方已经付费，取回不再收费。",
    "recover.address": "{name}：{url}",
    # 任务状态
    "state.approved": "已同意",
    "state.submitting": "正在提交",
    "state.submitted": "已提交",
    "state.running": "进行中",
    "state.collecting": "正在保存",
    "state.done": "已完成",
    "state.failed": "失败",
    "state.canceled": "已取消",
    "state.unknown": "结果不明",
    "recover.none": "没有未结束的任务。",
    # 清除
    "forget.logs": "日志",
    "forget.spools": "网关的原始答复",
    "forget.references": "参考图的副本",
    "forget.prompts": "描述（按任务和报价计）",
    "forget.jobs": "任务（只留花费）",
    "forget.pictures": "limner 保存的图片",
    "forget.choose": "什么都没有删除。请说明要删除哪些：{kinds}。",
    "forget.nothing": "没有这类内容，什么都没有删除。",
    "forget.next": "还没有删除。要永久删除：{command}",
    "forget.ask": "永久删除这些吗？[y/N] ",
    "forget.declined": "你没有同意，什么都没有删除。",
    "forget.done": "已永久删除：",
    "forget.stays": "花费记录会保留；未结束的任务和费用待确认的任务也会保留。",
    "forget.not_removed": "无法删除 {path}：{reason}。列表中排在它前面的已经删除；处理好之后请再运行一次。",
    "spend.none": "还没有花过钱。",
    "spend.reserved": "预留",
    "sandbox.how": "OmniMaaS：OMNIMAAS_API_KEY=sk-anything OMNIMAAS_BASE_URL={url}/omnimaas/v1",
    "sandbox.running": "沙盒正在 {url} 运行，按 Ctrl-C 结束。",
    "show.job": "任务",
    "show.sandbox": "沙盒作品：不花真钱，不是真实生成",
    # Budgets, stops, open questions
    "resolve.nothing_open": "任务 {job} 没有待确认的费用。",
    "resolve.done": "任务 {job} 已结清：共计费 {cost}。",
    "budget.not_an_amount_in": '{path} 里的上限 {name} 不能是 {value}：应是以{unit}计、不小于 0 的金额，例如 "1.50"。什么都没有发送。',
    "budget.not_an_amount": '上限 {name} 不能是 {value}：应是以{unit}计、不小于 0 的金额，例如 "1.50"。什么都没有发送。',
    "budget.per_picture": "单张图片最多可能花 {ceiling}，超过你设定的每张上限 {cap}。没有发出任何请求。",
    "budget.per_run": "这次最多可能花 {ceiling}，超过你设定的单次上限 {cap}。没有发出任何请求。",
    "budget.per_hour": "这次最多可能花 {ceiling}；每小时上限 {cap}，已花 {spent}，另有 {held} 预留。没有发出任何请求。",
    "budget.per_day": "这次最多可能花 {ceiling}；每日上限 {cap}，已花 {spent}，另有 {held} 预留。没有发出任何请求。",
    "budget.per_month": "这次最多可能花 {ceiling}；每月上限 {cap}，已花 {spent}，另有 {held} 预留。没有发出任何请求。",
    "stopped.dear": "已暂停在 {gateway} 下单：任务 {job} 的花费超过了约定。查看之后可以恢复：limner gateways {gateway} --resume",
    "stopped.unknown": "已暂停在 {gateway} 下单：连续三次没有收到结果，最后一次是任务 {job}。核对账单之后可以恢复：limner gateways {gateway} --resume",
    "stopped.rush": "已暂停在 {gateway} 下单：十分钟内的花费将超过 stop_per_10_minutes 允许的数额。弄清是谁这么急之后可以恢复：limner gateways {gateway} --resume",
    "stopped.many": "已暂停在 {gateway} 下单：十分钟内的付费任务超过了 stop_jobs_per_10_minutes 允许的数量，像是程序在兜圈子。如果确实需要，可以恢复：limner gateways {gateway} --resume",
    "budget.unknown": "配置里有一个 limner 不认识的限额 {name}。可用的有：{allowed}。什么都没有发送。",
    "budget.unknown_unit": "配置里的 [budget.{name}] 不起作用：没有网关以 {name} 计费。可用的有：{allowed}。什么都没有发送。",
    "budget.not_under_a_unit": "配置里 [budget] 下的 {name} 不起作用，应放在某个计费单位之下，例如 [budget.USD]。什么都没有发送。",
    "budget.not_a_count": "配置中 {name} 的值 {value} 不是整数。请写成 200 这样；0 表示不限。",
    "stopped.refused": "已暂停在 {gateway} 下单：账户连续三次被拒绝。处理好之后可以恢复：limner gateways {gateway} --resume",
    "gateways.resumed": "可以重新在 {name} 下单了。",
    "next.resolve": "核实网关是否计费之后：{answer}（或 no）",
    "progress.queued": "正在等待 {gateway} 的空位",
    # MCP 服务器
    "mcp.not_installed": "还没有安装 MCP 服务器。请安装：pip install 'limner[mcp]'",
    "mcp.port_taken": "端口 {port} 不能使用：{reason}。请用 --http 另选一个，或用 0 表示任意空闲端口。",
    "mcp.prompt_or_sentence": "prompt 和 sentence 请只填一个：prompt 一字不改，sentence 连同其中的要求一起读。没有发送，也没有花钱。",
    "mcp.job_or_task": "请填 job_id，或同时填 gateway 和 task_id，不要混用。没有发送，也没有花钱。",
    "mcp.slow_task": "网关没有在 {seconds} 秒内说出那个任务的情况。没有购买任何东西；请再试一次。",
    "mcp.slow": "网关没有在 {seconds} 秒内给出价格。没有发送，也没有花钱；请再试一次。",
    "mcp.cursor": "{cursor} 之后没有下一页。请使用上一页的 next_cursor，或不填 cursor。",
    "mcp.unknown_argument": "{tool} 没有 {name} 这个参数。可用的有：{allowed}。",
    "mcp.missing_argument": "{tool} 需要 {name}。",
    "mcp.bad_argument": "{tool} 的 {name} 不合适。允许：{allowed}。",
    "approval.unclear": "收到的回答既不是同意也不是拒绝，因此没有发送，也没有花钱。",
}
