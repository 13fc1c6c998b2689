"""What Python 3.12 to 3.14 added, as far as the grammar knows it."""
type Alias = int
type Pair[T] = tuple[T, T]
type Many[T: int, *Ts, **P] = Callable[P, T]
type = 1


def first[T](items: list[T]) -> T: ...
def bounded[T: (int, str), *Ts, **P](a: T, *args: *Ts) -> None: ...
class Box[T: Base](Generic): x: T


f"{x["a"]}{"\n".join(y)}{
    z  # comment
}{f"{f"{1}"}"}"
try:
    pass
except A, B:
    pass
