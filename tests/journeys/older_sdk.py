"""All thirty endpoints by whichever release of the SDK is found first: run in a process of its own, with an older one.

python -m tests.journeys.older_sdk URL TOKEN PROJECT FIRST_TASK
"""

import asyncio
import sys
from importlib.metadata import version

from label_studio_sdk import AsyncLabelStudio, LabelStudio

from tests.journeys.test_api_endpoints import all_of_them, calling


def main(url: str, token: str, project: int, task: int) -> None:
    asyncio.run(all_of_them(calling(LabelStudio(base_url=url, api_key=token)), project, task))
    asyncio.run(_asynchronous(url, token, project, task))
    sys.stdout.write(f"{version('label-studio-sdk')}: all of them\n")


async def _asynchronous(url: str, token: str, project: int, task: int) -> None:
    await all_of_them(calling(AsyncLabelStudio(base_url=url, api_key=token)), project, task)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
