"""The ceiling of the gateway's benchmark: a FastAPI that says hello."""

from __future__ import annotations

from fastapi import FastAPI

app = FastAPI()


@app.get("/")
async def hello() -> dict[str, str]:
    """Say hello."""
    return {"message": "hello"}
