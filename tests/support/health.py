"""Asking a process for its health."""

from typing import Any

import httpx


async def ask(port: int, path: str) -> tuple[int, Any]:
    """Give the status and the body of the answer."""
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.get(f"http://127.0.0.1:{port}{path}")
    return answer.status_code, answer.json()
