"""What could still be wrong about a finished run, in sentences."""

from collections.abc import Mapping
from typing import Any

from camu_core.runs.results import RunResult
from camu_core.wording.causal_remarks import inner_remark
from camu_core.wording.clauses import interval, n_images
from camu_core.wording.format import listed, percent
from camu_core.wording.verdict import Verdict, forget_split

_UNTRIED = "No test has looked yet for what may be left inside."
_SILENT = {1: "One test cannot tell: {names}.", 2: "{n} tests cannot tell: {names}."}
_FEW = "Only {n} could be tested: it may still recognise up to {high} of such images."
_OWN_TESTS = "Our tests on one network, made to forget once (seed {seed}): evidence, not proof."


def risks(result: RunResult, verdict: Verdict, causal: Mapping[str, Any] | None = None) -> list[str]:
    """What tests found or could not tell, how few images there were, and what no test can show.

    Args:
        verdict: of `judge`.
        causal: report of its `CausalResult`, if it is known.
    """
    tried = [clause for clause in verdict.clauses if clause.page == "privacy"]
    silent = [clause.subject.lower() for clause in tried if clause.is_silent]
    is_tried = any(clause.name != "population" for clause in tried)  # which asks of answers alone
    found = [] if is_tried else [_UNTRIED]
    found += [clause.plain for clause in tried if not (clause.is_good or clause.is_silent)]
    if silent:
        found.append(_SILENT[min(len(silent), 2)].format(n=len(silent), names=listed(silent)))
    if causal is not None and (remark := inner_remark(causal)):
        found.append(remark)
    after = result.metrics["unlearned"]
    if result.spec.forget.kind == "class":  # single images may be recognised: others teach the same
        part = forget_split(result)
        _, high = interval(after, part)
        found.append(_FEW.format(n=n_images(after["n"][part]), high=percent(high, digits=1)))
    return [*found, _OWN_TESTS.format(seed=result.spec.seed)]
