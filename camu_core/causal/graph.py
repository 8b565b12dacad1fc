"""The causal graph of one network: images -> representation -> answers, every arrow with its measured effect.

An arrow into the representation carries how far the representation moves when the images are replaced, in bits; an
arrow out of it how much of the right answer's probability hangs on the images, in points of 0..1. All of the second
passes through the first: a network has no other way from image to answer.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from camu_core.causal.scenarios import scenario_name
from camu_core.measures.estimates import Measured

GROUPS = ("forget", "retain")


@dataclass(frozen=True)
class GraphView:
    """One network as a graph, under interventions.

    Args:
        inflow: forget / retain -> bits, the effect of the images on the representation.
        outflow: forget / retain -> fraction -1..1, the effect of the images on the right answer's probability.
        right: forget / retain -> estimate of that probability under the interventions.
        replaced: groups whose images are replaced: their arrows are cut.
    """

    inflow: dict[str, float]
    outflow: dict[str, float]
    right: dict[str, Measured]
    replaced: frozenset[str]


def graph_view(
    report: Mapping[str, Any],
    scenarios: Mapping[str, Any],
    model: str,
    replaced: Collection[str] = (),
    encoder: str | None = None,
    head: str | None = None,
) -> GraphView:
    """Look up what was measured; nothing is estimated here.

    Args:
        report: of `causal_report`.
        scenarios: of `scenario_table`, of the same intervention.
        model: "original" or "unlearned".
        replaced: of `GROUPS`: do(images := their alternatives).
        encoder: whose encoder instead of the model's own; head likewise.
    """
    encoder, head = encoder or model, head or model
    own, alternative = (scenario_name(image, encoder, head) for image in ("own", "alternative"))
    return GraphView(
        inflow={group: report["effects"][group][encoder]["representation_bits"]["value"] for group in GROUPS},
        outflow={group: scenarios[group][own]["value"] - scenarios[group][alternative]["value"] for group in GROUPS},
        right={group: scenarios[group][alternative if group in replaced else own] for group in GROUPS},
        replaced=frozenset(replaced),
    )


def graph_title(before: GraphView, after: GraphView, usual: GraphView) -> str:
    """What the two graphs say.

    Args:
        before: the original network, after: the unlearned one, both under the chosen interventions.
        usual: the unlearned one without any.
    """
    if after == usual:
        moved = {group: [round(100 * view.outflow[group]) for view in (before, after)] for group in GROUPS}
        return (
            f"How much the right answer hangs on the image: forgotten images {moved['forget'][0]} → "
            f"{moved['forget'][1]} points, other images {moved['retain'][0]} → {moved['retain'][1]}"
        )
    changes = {group: (100 * usual.right[group]["value"], 100 * after.right[group]["value"]) for group in GROUPS}
    return (
        "With this change, the right answer's mean probability after forgetting: forgotten images "
        f"{changes['forget'][0]:.0f} → {changes['forget'][1]:.0f}%, other images {changes['retain'][0]:.0f} → "
        f"{changes['retain'][1]:.0f}%"
    )
