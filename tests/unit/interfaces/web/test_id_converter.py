import pytest
from flask import Flask

from backend.domain.whole_number import MOST
from backend.interfaces.web.id_converter import IdConverter


@pytest.mark.parametrize(
    ("number", "status"), [(0, 200), (7, 200), (MOST, 200), (MOST + 1, 404), (2**63, 404), (10**400, 404)]
)
def test_there_is_nothing_with_a_number_that_no_database_can_hold(number: int, status: int) -> None:
    server = Flask(__name__)
    server.url_map.converters["int"] = IdConverter
    server.add_url_rule("/runs/<int:run>", view_func=lambda run: str(run), endpoint="run")
    answer = server.test_client().get(f"/runs/{number}")
    assert answer.status_code == status
    assert status == 404 or answer.text == str(number)


def test_it_is_not_the_method_that_is_wrong() -> None:
    """Where a path has routes for several methods."""
    server = Flask(__name__)
    server.url_map.converters["int"] = IdConverter
    for method in ("GET", "POST"):
        server.add_url_rule("/runs/<int:run>", method, lambda run: str(run), methods=[method])
    assert server.test_client().get(f"/runs/{2**40}").status_code == 404
    assert server.test_client().delete("/runs/7").status_code == 405
