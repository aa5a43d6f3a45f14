"""What happened in a run, in plain words and in order."""

from collections.abc import Callable


class Trace:
    """Lines of a run; without `keep` they are only counted."""

    def __init__(self, now: Callable[[], float], *, keep: bool) -> None:
        self._now = now
        self._keep = keep
        self._names: dict[str, str] = {}
        self.lines: list[str] = []

    def name(self, workflow_id: str, name: str) -> None:
        """Call a workflow by another name from now on."""
        self._names[workflow_id] = name

    def tell(self, text: str) -> None:
        """Add a line."""
        if not self._keep:
            return
        for workflow_id, name in self._names.items():
            if workflow_id in text:
                text = text.replace(workflow_id, name)
        self.lines.append(f"{self._now():10.3f}  {text}")
