"""A finished run as one HTML file that needs no network: verdict, figures, numbers, how to cite it."""

from collections.abc import Mapping
from html import escape
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

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
from camu_core.figures.theme import FONT, LIGHT, MODEL_TITLES
from camu_core.methods import METHODS
from camu_core.planning import settings_phrase
from camu_core.runs.projection import run_points
from camu_core.runs.results import RunResult
from camu_core.specs import RunSpec
from camu_core.wording.causal import titles
from camu_core.wording.planted import planted_title
from camu_core.wording.privacy import finding_of, inside_title, nearby_title, relearning_title
from camu_core.wording.verdict import finding, forget_phrase, judge

_STYLE = f"""
body {{ font: 16px/1.5 {FONT}; color: {LIGHT.text}; background: {LIGHT.page}; max-width: 1080px; margin: 2rem auto;
        padding: 0 1rem; }}
h1 {{ font-size: 1.7rem; line-height: 1.25; }} h2 {{ font-size: 1.15rem; margin-top: 2.5rem; }}
.quiet, caption {{ color: {LIGHT.muted}; }} section {{ margin-top: 2rem; }}
table {{ border-collapse: collapse; }} td, th {{ padding: .2rem .8rem .2rem 0; text-align: right; }}
td:first-child, th:first-child {{ text-align: left; }}
pre {{ background: {LIGHT.grid}; padding: 1rem; white-space: pre-wrap; overflow-wrap: anywhere; }}
"""


def html_report(
    result: RunResult,
    retrained: RunResult | None = None,
    privacy: Mapping[str, Any] | None = None,
    causal: Mapping[str, Any] | None = None,
    population: Mapping[str, Any] | None = None,
) -> str:
    """The verdict with its evidence; plotly's script is inside, so the file opens without a network.

    Args:
        result: finished.
        retrained: its gold standard, shown beside it.
        privacy: report of its `PrivacyResult`, for what the attacks, relearning and probes found.
        causal: report of its `CausalResult`, for why it forgot.
        population: report of the `PopulationResult` of its method, for the verdict.
    Returns:
        an HTML document, about 5 MB, light, with the numbers in tables too.
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
         attack_figure(metrics, "Area under the ROC curve of a membership attack"), attack_table(metrics)),
        *(_inner(privacy) if privacy is not None else ()),
        *(_causes(causal) if causal is not None else ()),
        ("How does it see the images?", _embedding(result, retrained), None),
        ("Confusion matrix",
         confusion_figure(confusions, info.class_names, forgotten, "% of each row, test images"), None),
    ]  # fmt: skip
    verdict = judge(result, retrained, privacy, population)
    title = METHODS.title(spec.method, spec.method_sha256)
    what = f"{info.title} · forget {forget_phrase(spec)} · {title} · seed {spec.seed}"
    if changed := settings_phrase(spec):
        what += f" · {changed}"
    clauses = "".join(f"<li>{escape(clause.text)}</li>" for clause in verdict.clauses)
    sections = "".join(_section(i == 0, *part) for i, part in enumerate(parts))
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(verdict.headline)}</title>'
        f'<link rel="icon" href="data:,"><style>{_STYLE}</style></head><body><main><h1>{escape(verdict.headline)}</h1>'
        f'<p class="quiet">{escape(what)}</p><ul>{clauses}</ul>{sections}'
        f"<h2>Cite this run</h2><pre>{escape(citation(result))}</pre></main></body></html>\n"
    )


def _section(is_first: bool, question: str, figure: go.Figure, table: pd.DataFrame | None) -> str:
    drawn = figure.to_html(full_html=False, include_plotlyjs=is_first, config={"displaylogo": False})
    numbers = ""
    if table is not None:
        rows = table.set_index(table.columns[0]).rename_axis(None)
        rows = rows.to_html(float_format="{:.4f}".format, na_rep="-", border=0)
        numbers = f"<details><summary>The numbers as a table</summary>{rows}</details>"
    return f"<section><h2>{escape(question)}</h2>{drawn}{numbers}</section>"


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
