from dataclasses import dataclass


@dataclass
class Member:
    name: str
    role: str


# Filled by the single sign-on's callback, which is left out here.
SESSIONS: dict[str, Member] = {}
