"""A user's message with pictures, and the one in the other order."""

from backend.domain.chat.user_message import both_orders, digest_parts, parts_of
from backend.domain.labels.config import read_config
from backend.domain.picture import Picture
from backend.domain.task import Task
from tests.scripted import version

A, B = Picture("a" * 64, "image/png", b"A"), Picture("b" * 64, "image/png", b"B")
PAIR = read_config(
    '<View><Image name="a" value="$a"/><Image name="b" value="$b"/><Pairwise name="better" toName="a,b"/></View>'
)


def test_a_message_in_pieces() -> None:
    assert parts_of(("one two", ((3, A), (7, B)))) == ["one", A, " two", B]
    assert parts_of(("", ((0, A),))) == [A]


def test_a_digest_has_what_there_is() -> None:
    plain, shown = ("x", ()), ("x", ((1, A),))
    assert digest_parts([plain], ()) == ["x", 0]
    assert digest_parts([plain], [("u", "a")]) == ["x", 0, [("u", "a")]]
    assert digest_parts([shown], ()) == ["x", 0, (), [(1, *A.identity)]]
    assert digest_parts([plain, shown], ()) == ["x", 0, (), [], ["x", [(1, *A.identity)]]]


def test_pictures_are_exchanged_too() -> None:
    compared = version("Left: {a} right: {b}", PAIR, confidence="swap")
    task = Task(1, {"a": "http://a.test", "b": "http://b.test"}, pictures={"a": (A,), "b": (B,)})
    first = (compared.fill({"a": "", "b": ""}), ((6, A), (14, B)))
    assert both_orders(first, task, compared, PAIR) == (first, (first[0], ((6, B), (14, A))))
    assert both_orders(first, task, version("{a} {b}", PAIR), PAIR) == ()
