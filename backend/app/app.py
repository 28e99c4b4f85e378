"""All groups of operations in one."""

from backend.app.api import ApiOperations
from backend.app.checks import CheckOperations
from backend.app.connections import ConnectionOperations
from backend.app.estimates import EstimateOperations
from backend.app.keep_up import KeepUpOperations
from backend.app.prompts import PromptOperations
from backend.app.results import ResultOperations
from backend.app.server import ServerOperations
from backend.app.studio import StudioOperations


class App(
    PromptOperations,
    ServerOperations,
    ResultOperations,
    EstimateOperations,
    CheckOperations,
    ConnectionOperations,
    ApiOperations,
    KeepUpOperations,
    StudioOperations,
):
    """An operation has one name, wherever it is called from."""
