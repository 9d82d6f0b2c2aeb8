"""Reading deploy/Dockerfile: enough of its language for our own file."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
DOCKERFILE: Final = ROOT / "deploy" / "Dockerfile"


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction, its continued lines joined."""

    keyword: str
    text: str


def instructions() -> list[Instruction]:
    """All of them, in order, without comments."""
    lines = [line for line in DOCKERFILE.read_text().splitlines() if line.strip() and not line.startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    pairs = [line.partition(" ") for line in joined.splitlines()]
    return [Instruction(keyword, " ".join(text.split())) for keyword, _, text in pairs]


def last_stage() -> list[Instruction]:
    """The instructions of what is shipped."""
    all_of_them = instructions()
    starts = [place for place, one in enumerate(all_of_them) if one.keyword == "FROM"]
    return all_of_them[starts[-1] :]


def command() -> list[str]:
    """What the image runs by default."""
    texts = [one.text for one in last_stage() if one.keyword == "CMD"]
    parsed: list[str] = json.loads(texts[-1])
    return parsed
