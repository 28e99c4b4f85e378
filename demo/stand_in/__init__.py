"""The stand-in: an OpenAI-compatible server that labels by counting shared words.

It exists so that the demo, the tests and the benchmarks run without a key, a download or a bill, with known
probabilities and with faults on demand. It is not a language model and never claims to be one. Start it with
`python -m demo.stand_in`.
"""
