"""What the report says and shows: the verdict, the run as it went, figures, numbers, how to cite it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from html import escape
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from camu_core.board import Imprint, as_png, board_of, described
from camu_core.citation import citation
from camu_core.data import DATASETS
from camu_core.figures import (
    Panel,
    attack_figure,
    axis_ranges,
    class_figure,
    confusion_figure,
    effects_figure,
    embedding_figure,
    heads_figure,
    layers_figure,
    mediation_figure,
    nearby_figure,
    planted_figure,
    probe_figure,
    relearning_figure,
    split_figure,
)
from camu_core.figures.playing import playing_accuracies, playing_map
from camu_core.figures.tables import (
    attack_table,
    class_table,
    figure_table,
    heads_table,
    nearby_table,
    probe_table,
    relearning_table,
    split_table,
)
from camu_core.figures.theme import MODEL_TITLES
from camu_core.report.page import html_file, playing_section, section, without_scripts
from camu_core.runs.projection import run_points
from camu_core.runs.results import RunResult
from camu_core.specs import RunSpec
from camu_core.wording.causal import titles
from camu_core.wording.planted import planted_title
from camu_core.wording.privacy import finding_of, inside_title, nearby_title, relearning_title
from camu_core.wording.verdict import finding, judge

_PLAYED = 600  # points of the map that plays: as many as a browser moves without a graphics card


def html_report(
    result: RunResult,
    retrained: RunResult | None = None,
    privacy: Mapping[str, Any] | None = None,
    causal: Mapping[str, Any] | None = None,
    population: Mapping[str, Any] | None = None,
    imprint: Imprint | None = None,
) -> str:
    """The verdict with its evidence; plotly's script is inside, so the file opens without a network.

    Args:
        result: finished.
        retrained: its gold standard, shown beside it.
        privacy: report of its `PrivacyResult`, for what the attacks, relearning and probes found.
        causal: report of its `CausalResult`, for why it forgot.
        population: report of the `PopulationResult` of its method, for the verdict.
        imprint: where the report comes from.
    Returns:
        an HTML document, about 5 MB, with the numbers in tables too; see `page`.
    """
    metrics = result.metrics_with(retrained)
    spec = result.spec
    info, forgotten = DATASETS[spec.dataset], spec.forget.classes
    counts = np.sum(metrics["original"]["confusion_test"], axis=1).tolist()
    per_class = {name: report["per_class_test"] for name, report in metrics.items()}
    confusions = {MODEL_TITLES[name]: np.asarray(report["confusion_test"]) for name, report in metrics.items()}
    parts = [
        ("How much is still recognised?", split_figure(metrics, finding(result)), split_table(metrics)),
        *_planted(spec, metrics),
        ("Which classes pay for it?",
         class_figure(per_class, counts, info.class_names, forgotten, "Accuracy by class, test images"),
         class_table(per_class, counts, info.class_names)),
        ("Can an attacker tell what was trained on? 0.50 is guessing",
         attack_figure(metrics, "Area under the ROC curve of one membership attack; above is the best of several"),
         attack_table(metrics)),
        *(_inner(privacy) if privacy is not None else ()),
        *(_causes(causal) if causal is not None else ()),
        ("How does it see the images?", _embedding(result, retrained), None),
        ("Confusion matrix",
         confusion_figure(confusions, info.class_names, forgotten, "% of each row, test images"), None),
    ]  # fmt: skip
    board = board_of(result, imprint, retrained, privacy, causal, population)
    verdict = judge(result, retrained, privacy, population)
    clauses = [clause.text for clause in verdict.clauses]
    sections = "".join(section(i, *part) for i, part in enumerate(parts))
    body = (
        f'<h1>{escape(verdict.headline)}</h1><p class="quiet">{escape(described(spec))}</p>'
        f"{without_scripts(as_png(board), verdict.headline)}"
        f"{_playing(result)}<h2>What was found</h2>{_list(clauses)}"
        f"<h2>What may be claimed</h2>{_list(board.may)}<h2>… and what not</h2>{_list(board.may_not)}"
        f"<h2>What speaks against it or is open</h2>{_list(board.still_open)}{sections}"
        f"<h2>Cite this run</h2><pre>{escape(citation(result))}</pre>"
        f'<p class="quiet">{escape(board.imprint)}</p>'
    )
    return html_file(verdict.headline, body)


def _list(sentences: Iterable[str]) -> str:
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
    return f"<ul>{items}</ul>"


def _playing(result: RunResult) -> str:
    """The run from its first to its last snapshot; empty of one that has no course."""
    snapshots, probe = result.snapshots, result.probe
    if len(snapshots) < 2:
        return ""
    live = np.flatnonzero(probe.is_live)
    shown = np.arange(len(live))
    said = "The run from its first step to its last; on paper, and until you press Play, its end."
    if len(live) > _PLAYED:
        shown = np.sort(np.random.default_rng(result.spec.seed).choice(len(live), _PLAYED, replace=False))
        said += f" The map has {_PLAYED:,} of {len(live):,} images, the accuracies are of all."
    of_shown = [replace(snapshot, logits=snapshot.logits[shown]) for snapshot in snapshots]
    chosen, names = live[shown], DATASETS[result.spec.dataset].class_names
    figures = [
        playing_map(of_shown, result.joint_points[:, shown], probe.y[chosen], probe.is_forget[chosen], names,
                    "How the network sees each image (PCA)"),
        playing_accuracies(snapshots, f"Recognised of {len(live):,} images while it forgot"),
    ]  # fmt: skip
    moments = pd.DataFrame(
        {"step": s.index, "to keep": s.retain_accuracy, "to forget": s.forget_accuracy} for s in snapshots
    )
    return playing_section("Watch it forget", said, figures, moments)


def _planted(spec: RunSpec, metrics: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, go.Figure, pd.DataFrame]]:
    if spec.forget.planting is None:
        return []
    figure = planted_figure(metrics, planted_title(spec, metrics))
    return [("Does what was planted still work?", figure, figure_table(figure))]


def _inner(privacy: Mapping[str, Any]) -> list[tuple[str, go.Figure, pd.DataFrame]]:
    lesson, probes = privacy["relearning"], privacy["linear_probe"]
    parts = []
    if "old_head" in privacy["battery"]["unlearned"]:
        figure = heads_figure(privacy, finding_of(privacy, "fresh_head"))
        parts.append(("Is it only hidden?", figure, heads_table(privacy)))
    parts += [("Can it come back?", relearning_figure(lesson, relearning_title(privacy)), relearning_table(lesson))]
    nearby = privacy["nearby"]
    parts.append(("Is it known near the image?", nearby_figure(nearby, nearby_title(nearby)), nearby_table(nearby)))
    if probes["unlearned"]["value"] is not None:
        parts.append(("Is it still readable inside?", probe_figure(probes, inside_title(privacy)), probe_table(probes)))
    return parts


def _causes(causal: Mapping[str, Any]) -> list[tuple[str, go.Figure, pd.DataFrame]]:
    """What the answers hang on, and in which part of the network that changed; the latter unless it was retrained."""
    said = titles(causal)
    found = [
        ("Why? How far answers move when the images are replaced", effects_figure(causal["effects"], said["effects"]))
    ]
    if causal["mediation"] is not None:
        parts = {"images to forget": causal["mediation_intervals"]["forget"]}
        found += [
            ("In which part of the network?", mediation_figure(parts, said["mediation_forget"])),
            ("In which layer?", layers_figure(causal["layers_intervals"]["forget"], said["layers"])),
        ]
    return [(question, figure, figure_table(figure)) for question, figure in found]


def _embedding(result: RunResult, retrained: RunResult | None) -> go.Figure:
    points, probe = run_points(result, retrained), result.probe
    logits = dict(result.logits)
    if retrained is not None:
        logits["retrained"] = retrained.logits["unlearned"]
    panels = [Panel(MODEL_TITLES[name], points[name], logits[name]) for name in points]
    names = DATASETS[result.spec.dataset].class_names
    title = "The same images, seen from inside each network (PCA)"
    return embedding_figure(panels, probe.y, probe.is_forget, names, axis_ranges(points.values()), title)
