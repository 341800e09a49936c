"""Everything else that Apprise speaks to. It tells no message ids and says only that something failed."""

from pathlib import Path

from limner.delivery.parcel import Parcel
from limner.delivery.target import Target
from limner.errors import DeliveryFailed, SetupNeeded


class Sender:
    def __init__(self, target: Target, folder: Path, proxy: str | None = None) -> None:
        del folder, proxy
        try:
            from apprise import Apprise
        except ImportError as error:
            raise SetupNeeded("target.no_apprise", target=target.name) from error
        self._target, self._apprise = target, Apprise()
        if not self._apprise.add(target.secret("url").reveal()):
            raise SetupNeeded("target.webhook", target=target.name)
        if not all(service.attachment_support for service in self._apprise):
            raise SetupNeeded("target.no_pictures", target=target.name)

    def close(self) -> None:
        pass

    def send_picture(self, parcel: Parcel, caption: str) -> str:
        return self._notify(caption or parcel.picture.media_type, parcel.picture.path)

    def send_text(self, text: str, once: str) -> None:
        del once
        self._notify(text, None)

    def _notify(self, body: str, attach: str | None) -> str:
        if not self._apprise.notify(body=body, attach=attach):
            facts = {"target": self._target.name, "service": self._target.title, "said": "Apprise"}
            error = DeliveryFailed("delivery.refused", **facts)
            error.unknown = True
            raise error
        return ""
