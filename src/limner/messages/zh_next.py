"""简体中文：失败之后怎么办。按大白话的原因分类；失败的句子自己说了的不再重复。"""

TEXTS: dict[str, str] = {
    "do.key": "可用 `limner setup` 换一个。",
    "do.key_at": "获取新的：{url}",
    "do.forbidden": "请到网关查看这个密钥的权限，或换一个密钥。",
    "do.forbidden_at": "请查看这个密钥的权限，或获取新的：{url}",
    "do.funds": "请给账户充值，或选便宜些的模型：limner models",
    "do.funds_at": "购买积分：{url} 也可以选便宜些的模型：limner models",
    "do.rate": "请稍等片刻，再重新报价。",
    "do.unavailable": "请稍后再试，或换个模型：limner models",
    "do.content": "请换个说法，再重新报价。",
    "do.parameters": "请调整尺寸、比例或上面提到的参数，再重新报价。",
    "do.made": "请重新报价，也可以换个模型：limner models",
    "do.failed": "请重新报价，也可以换个模型：limner models",
    "do.broken": "请重新报价。如果这次已收费，收到的内容可以作为向网关申诉的依据。",
    "do.interrupted": "请重新报价，这一份已经用掉了。",
    "do.reference": "请换一张图片，或把这张缩小些再试。",
    "do.instead": "也可以改用：{models}",
    "do.instead_one": "{gateway} 的 {model}（{price}）",
}
