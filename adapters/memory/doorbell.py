"""The bell between a commit and the relay. The store is built first and rings it; the relay is connected later."""

from collections.abc import Callable, Sequence

from saltbitter_domain.kernel import EventId


class Doorbell:
    """Passes on which messages were just committed. A ring that nobody hears is no loss: the relay looks by itself."""

    def __init__(self) -> None:
        self._answer: Callable[[Sequence[EventId]], None] | None = None

    def connect(self, answer: Callable[[Sequence[EventId]], None]) -> None:
        """Let ``answer`` hear every ring from now on. It is called in the thread that commits and must not raise."""
        self._answer = answer

    def __call__(self, messages: Sequence[EventId]) -> None:
        if self._answer is not None:
            self._answer(messages)
