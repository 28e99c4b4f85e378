"""Queries in the words of the Data Manager."""

from backend.adapters.label_studio.filters import all_of, by_version


def test_all_filters_must_hold() -> None:
    query = all_of(by_version("contains", ("mood@1", "mood@2")), ("ground_truth", "equal", "Boolean", True))
    assert query["filters"]["conjunction"] == "and"
    assert query["filters"]["items"] == [
        {
            "filter": "filter:tasks:predictions_model_versions",
            "operator": "contains",
            "type": "List",
            "value": ["mood@1", "mood@2"],
        },
        {"filter": "filter:tasks:ground_truth", "operator": "equal", "type": "Boolean", "value": True},
    ]
