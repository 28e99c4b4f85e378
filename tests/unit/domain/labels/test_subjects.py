"""What controls are about, as far as a prompt can show it."""

from backend.domain.labels.config import read_config


def test_objects_are_known_by_what_they_show() -> None:
    schema = read_config(
        '<View><HyperText name="h">$a.b and $c[0]</HyperText><Text name="t" value="always"/>'
        '<Audio name="s" value="$s"/>'
        '<Pairwise name="p" toName="h, t"/><Rating name="r" toName="s"/><Number name="n" toName="nowhere"/></View>'
    )
    assert schema.subjects == {"p": (("HyperText", ("a.b", "c[0]")),), "r": (), "n": ()}
    assert read_config(
        '<View><Text name="u" value="$c"/><Repeater on="$t"><Text name="t_{{i}}" value="$t[{{i}}].x"/></Repeater>'
        '<Rating name="r" toName="u"/></View>'
    ).subjects == {"r": (("Text", ("c",)),)}
