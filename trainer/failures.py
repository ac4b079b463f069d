"""A run that cannot go on says which kind of failure it is, one sentence, and what to do about it."""

from __future__ import annotations

from trainer.contract import Failed, FailureKind, Params


class TrainingError(Exception):
    """Raised anywhere in a run; `main` turns it into the `failed` event."""

    def __init__(self, failure: FailureKind, text: str, hint: str = "", **params: object) -> None:
        self.failure, self.text, self.hint = failure, text, hint
        self.params: Params = {
            key: value if isinstance(value, int | float) else str(value) for key, value in params.items()
        }
        super().__init__(text % self.params if self.params else text)

    def event(self) -> Failed:
        return Failed(failure=self.failure, text=self.text, hint=self.hint, params=self.params)


class Stopped(Exception):  # noqa: N818 - nobody erred
    """Somebody asked the run to stop; its checkpoint is written."""
