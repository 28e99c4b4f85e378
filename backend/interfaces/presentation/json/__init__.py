"""The one public JSON: what `--json` prints and the server answers, one function for each kind of result.

Scripts rely on the names here. They stay when a field of ours is renamed, and a test pins them.
"""
