"""What there is to do: one method for each, in groups. The doors call nothing else.

Everything the commands do is here, for scripts:

    from backend.app import App
    print(App().evaluate("sentiment@1").score.accuracy)
"""

from backend.app.api import ApiOperations
from backend.app.authorship import AuthorshipOperations
from backend.app.checks import CheckOperations
from backend.app.connections import ConnectionOperations
from backend.app.estimates import EstimateOperations
from backend.app.keep_up import KeepUpOperations
from backend.app.prompts import PromptOperations
from backend.app.results import ResultOperations
from backend.app.server import ServerOperations


class App(
    PromptOperations,
    ServerOperations,
    ResultOperations,
    EstimateOperations,
    CheckOperations,
    ConnectionOperations,
    ApiOperations,
    AuthorshipOperations,
    KeepUpOperations,
):
    """All groups in one: an operation has one name, wherever it is called from."""
