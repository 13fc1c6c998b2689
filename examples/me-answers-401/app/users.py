from dataclasses import dataclass, field
from secrets import compare_digest


@dataclass
class User:
    name: str
    password: str
    shelves: list[str] = field(default_factory=list)


USERS = {"alice": User("alice", "wonderland", ["to read", "lent to the hatter"])}


def find_user(name: str) -> User | None:
    return USERS.get(name)


def authenticate(name: str, password: str) -> User | None:
    user = find_user(name)
    if user is None or not compare_digest(user.password, password):
        return None
    return user
