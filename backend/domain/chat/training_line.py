"""Training lines: a request with its right answer as one line of the chat JSON that fine-tuning takes.

A line holds what the version would send, and the answer in the form that it wants back, so that the taught model is
asked later as it was taught.
"""

import json

from backend.domain.answer import Answer
from backend.domain.chat.request import ChatRequest
from backend.domain.labels.related import json_of
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Rejection


def training_line(request: ChatRequest, truth: Answer, schema: LabelSchema) -> str | None:
    """One JSON object with `messages`, in ASCII; None for a truth that no answer to this request can be.

    schema: what may be answered about this task
    """
    values = json_of(truth, schema.fields)
    read = schema.parse(values)
    if isinstance(read, Rejection) or not schema.equal(read, truth):
        return None
    answer = {name: values[name] for name in request.template.answer_schema["properties"]}
    reply = {"role": "assistant", "content": json.dumps(answer, ensure_ascii=False)}
    return json.dumps({"messages": [*request.messages, reply]})
