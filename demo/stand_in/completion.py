"""The JSON of a chat completion, in OpenAI's format.

Token log probabilities make most of it, and the same tokens come again and again: what never changes is kept ready.
"""

import json
import time
from collections.abc import Sequence
from functools import lru_cache

from demo.stand_in.answer import Answer
from demo.stand_in.ask import Ask
from demo.stand_in.prompt import text_of
from demo.stand_in.tokens import Token

_CHARACTERS_PER_TOKEN = 4


def completion(ask: Ask, answers: Sequence[Answer], name: str, thoughts: int = 0) -> bytes:
    """The body of a 200; `name` tells this completion from all others; `thoughts`: tokens that only the total has."""
    choices = ",".join([_choice(ask, index, answer) for index, answer in enumerate(answers)])
    prompt, written = usage_of(ask, answers)
    usage = (
        f'{{"prompt_tokens":{prompt},"completion_tokens":{written},"total_tokens":{prompt + written + thoughts},'
        f'"prompt_tokens_details":{{"cached_tokens":0}},"completion_tokens_details":{{"reasoning_tokens":{thoughts}}}}}'
    )
    return (
        f'{{"id":"chatcmpl-{name}","object":"chat.completion","created":{int(time.time())},"model":{_quoted(ask.model)},'
        f'"system_fingerprint":"stand-in","choices":[{choices}],"usage":{usage}}}'
    ).encode()


def usage_of(ask: Ask, answers: Sequence[Answer]) -> tuple[int, int]:
    """What a completion is charged for: tokens of the prompt, tokens written."""
    prompt = sum([-(-len(text_of(message)) // _CHARACTERS_PER_TOKEN) for message in ask.messages])
    return prompt, sum([len(answer.tokens) for answer in answers])


def _choice(ask: Ask, index: int, answer: Answer) -> str:
    content = "null" if answer.refusal else json.dumps(answer.text)
    refusal = json.dumps(answer.refusal)
    logprobs = "null"
    if ask.logprobs and not answer.refusal:
        tokens = ",".join([_token(token, ask.top_logprobs) for token in answer.tokens])
        logprobs = f'{{"content":[{tokens}],"refusal":null}}'
    return (
        f'{{"index":{index},"message":{{"role":"assistant","content":{content},"refusal":{refusal}}},'
        f'"logprobs":{logprobs},"finish_reason":"{answer.finish}"}}'
    )


def _token(token: Token, top: int) -> str:
    rivals = ",".join([f"{_opening(text)}{logprob!r}}}" for text, logprob in token.rivals[:top]])
    return f'{_opening(token.text)}{token.logprob!r},"top_logprobs":[{rivals}]}}'


@lru_cache(maxsize=65536)
def _opening(text: str) -> str:
    return f'{{"token":{json.dumps(text)},"bytes":{list(text.encode(errors="replace"))},"logprob":'


@lru_cache(maxsize=256)
def _quoted(text: str) -> str:
    return json.dumps(text)
