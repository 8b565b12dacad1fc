"""Search for the settings of methods: as many trials for each, judged on validation images and never on test images.

A trial is a run on the dataset whose training images are cut in two, see `camu_core.data.validation`. The first one has
the method's usual settings, so a tuning cannot end worse, on these images, than it began; the others are points of
a scrambled Sobol sequence (`scipy.stats.qmc`) over the ranges of `search_range`, logarithmic where they begin above 0.

Each trial is run on several original networks, by whose mean it is judged. Some methods forget at one rate and nothing
at the next one, and where that happens differs between networks; a few do not show all of it: see the figures in
assets/results/tuning.md.

Why no search that learns from earlier trials (TPE of optuna): its first ten trials are random ones, so a budget of a
dozen leaves it hardly anything to learn from, and Sobol points cover the ranges more evenly. They do not depend on one
another: all run at once, a search with more trials contains the one with fewer, and an interrupted one finds its runs.
"""

import hashlib
import json
import math
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

import numpy as np
from scipy.stats import qmc

from camu_core.comparison import GOLD
from camu_core.comparison.tuning import best, distance
from camu_core.config import share_limits
from camu_core.data import DATASETS, validation_name
from camu_core.engine.batches import Batch
from camu_core.engine.driver import Driver
from camu_core.engine.sweeps import SweepSpec
from camu_core.errors import RunError, SpecError
from camu_core.jobs import Band, BandJob, IsThere, Job, RunJob, TrainJob, Trial, TrialJob
from camu_core.methods import METHODS, is_control, methods_for
from camu_core.networks.models import usual_model
from camu_core.networks.originals import network_card
from camu_core.planning import known, plan_run, usual_settings
from camu_core.progress import Step
from camu_core.runs.results import RunResult, Storable
from camu_core.settings import Settings, search_range
from camu_core.specs import ForgetSpec, RunSpec, Setting, check_seed, trained_on

USUAL_NETWORKS = 2
_DIGITS_KEPT = 3  # of a rate
_DECIMALS = 4
_MOST_DRAWN = 16  # times as many points as trials, where whole numbers make many of them equal


@dataclass(frozen=True)
class Search:
    """For the settings of one method, dataset and forget set.

    Args:
        dataset: in `DATASETS`, as it is; the trials are on its validation cut.
        n_trials: 1 or more; the first has the usual settings.
        seed: of the points; the runs themselves have seed 0.
        n_networks: originals, of other training seeds, on each of which every trial is run.
    """

    dataset: str
    forget: ForgetSpec
    method: str
    n_trials: int
    seed: int = 0
    n_networks: int = USUAL_NETWORKS

    def to_json(self) -> dict[str, Any]:
        """All fields; `planting` only where something is planted, so that digests stay."""
        plain = asdict(self)
        if self.forget.planting is None:
            del plain["forget"]["planting"]
        return plain

    @property
    def model(self) -> str:
        return usual_model(DATASETS[self.dataset].shape)

    @property
    def usual(self) -> Settings:
        """What the method starts from, and what is not searched."""
        return usual_settings(self.method, self.dataset, self.forget.kind, self.model)

    @property
    def ranges(self) -> dict[str, tuple[float, float]]:
        """Where it looks, by setting; empty of a method that has nothing to search."""
        found = {spec.name: search_range(spec, getattr(self.usual, spec.name)) for spec in fields(self.usual)}
        return {name: ends for name, ends in found.items() if ends}

    def points(self) -> list[dict[str, Setting]]:
        """The settings of every trial, no two alike, by name; those that are not searched are left out."""
        usual, ranges = asdict(self.usual), self.ranges
        points = [{name: usual[name] for name in ranges}]
        n_drawn = 2 ** math.ceil(math.log2(_MOST_DRAWN * self.n_trials))
        for unit in qmc.Sobol(len(ranges), rng=self.seed).random(n_drawn):
            if len(points) == self.n_trials:
                break
            point = {name: _at(u, ranges[name], usual[name]) for u, name in zip(unit, ranges, strict=True)}
            if point not in points:
                points.append(point)
        return points

    def trials(self) -> list[list[RunSpec]]:
        """Of every trial its runs, one a network.

        Raises:
            NetworkMissing: a network is still to be trained; SpecError: see `plan_run`.
        """
        name = validation_name(self.dataset)
        return [
            [plan_run(name, self.forget, self.method, point, training_seed=seed) for seed in range(self.n_networks)]
            for point in self.points()
        ]


def _at(unit: float, ends: tuple[float, float], usual: Setting) -> Setting:
    """A point of a range from one of 0..1."""
    low, high = ends
    value = low * (high / low) ** unit if low > 0 else low + unit * (high - low)
    if isinstance(usual, int):
        return min(int(high), max(math.ceil(low), round(value)))
    return float(np.clip(float(f"{value:.{_DIGITS_KEPT}g}"), low, high))


@dataclass(frozen=True)
class Tuning:
    """Searches of equal budget. Args: searches: one or more, each of `n_trials` of the same seed."""

    searches: tuple[Search, ...]

    @classmethod
    def from_texts(
        cls,
        dataset: str,
        what: str,
        methods: Iterable[str],
        n_trials: int,
        seed: int = 0,
        n_networks: int = USUAL_NETWORKS,
    ) -> "Tuning":
        """From what people type: to forget '3' or '0-2,5' of the classes, or '10%' of all images, each alone.

        Args:
            methods: names; "all" for every one that has something to search.
        Raises:
            SpecError: not of that form, unknown, too much, or nothing to do.
        """
        known("dataset", dataset, DATASETS if dataset in set(DATASETS) else list(DATASETS))
        if n_trials < 1:
            raise SpecError(f"A search needs at least one trial; got {n_trials}.")
        if n_networks < 1:
            raise SpecError(f"A search needs at least one original network; got {n_networks}.")
        check_seed("Seed", seed)
        chosen = list(methods)
        forgets = SweepSpec.from_texts(dataset, what, chosen, "0").forgets
        searches = []
        for forget in forgets:
            names = tunable(dataset, forget) if chosen == ["all"] else list(dict.fromkeys(chosen))
            names = [known("method", name, METHODS) for name in names]
            searches += [Search(dataset, forget, name, n_trials, seed, n_networks) for name in names]
        for search in searches:
            _check(search)
        most = share_limits().sweep_cells
        if (n_runs := len(searches) * n_trials * n_networks) > most:
            raise SpecError(
                f"Expected a tuning of at most {most:,} runs; this one would be {n_runs:,}. Take fewer methods, "
                "trials or networks, or set CAMU_MAX_SWEEP_CELLS on the server."
            )
        return cls(tuple(searches))

    @property
    def digest(self) -> str:
        """20 hex digits that name it."""
        return hashlib.sha256(json.dumps([search.to_json() for search in self.searches]).encode()).hexdigest()[:20]

    def trainings(self) -> list[TrainJob]:
        """Of the networks of validation cuts that are not there yet."""
        wanted = dict.fromkeys(
            TrainJob(trained_on(validation_name(search.dataset), search.forget), search.model, seed)
            for search in self.searches
            for seed in range(search.n_networks)
        )
        return [job for job in wanted if network_card(job.dataset, job.model, job.seed) is None]

    def batch(self) -> Batch:
        """All trials. Raises: see `Search.trials`."""
        trials = [specs for search in self.searches for specs in search.trials()]
        return Batch("tune", self.digest, tuple(spec for specs in trials for spec in specs))

    def bands(self) -> list[BandJob]:
        """What the trials are judged by. Raises: see `Search.trials`."""
        jobs = [BandJob.of(spec) for search in self.searches for spec in search.trials()[0]]
        return list({job.digest: job for job in jobs}.values())

    def judging(self) -> list[TrialJob]:
        """The figures of every trial. Raises: see `Search.trials`."""
        return [TrialJob(spec) for spec in self.batch().specs]

    def stage(self, is_there: IsThere, has_failed: Callable[[str], bool]) -> "Stage":
        """The first stage with something left to do, else the last one with nothing left.

        Args:
            has_failed: whether a job failed, by digest; such are not tried again.
        """
        if trainings := self.trainings():
            return _without_failed(Stage("train", list(trainings), len(trainings)), has_failed)
        specs = self.batch().specs
        runs: list[Job[Storable]] = [*self.bands(), *map(RunJob, specs)]
        judged: list[Job[Storable]] = [TrialJob(spec) for spec in specs if not has_failed(spec.digest)]
        for name, jobs in (("sweep", runs), ("battery", judged)):
            missing = [job for job in jobs if not is_there(job.digest, job.result_type)]
            stage = _without_failed(Stage(name, missing, len(jobs)), has_failed)
            if stage.left:
                break
        return stage

    def running(self, work: Driver) -> Generator[Step, None, dict[RunSpec, str]]:
        """Do all of it; what is there already is not done again, but for runs that failed.

        Returns:
            why runs failed, which counts as a trial like any other.
        Raises:
            RunError: a network or a reference band could not be made, or a trial not be judged.
        """
        failed: dict[str, str] = {}
        while (stage := self.stage(work.is_there, failed.__contains__)).left:
            now = yield from work.follow_all(stage.left, stage.name)
            runs = {job.digest for job in stage.left if isinstance(job, RunJob)}  # some settings are expected to fail
            if fatal := [why for digest, why in now.items() if digest not in runs]:
                raise RunError(fatal[0])
            failed |= now
        return {spec: failed[spec.digest] for spec in self.batch().specs if spec.digest in failed}

    def reports(self, work: Driver) -> list[dict[str, Any]]:
        """What every search found so far, as JSON types; of one with its band and a trial that is judged."""
        return [found for search in self.searches if (found := _report(search, work))]


def tunable(dataset: str, forget: ForgetSpec) -> list[str]:
    """Methods that can forget such and have something to search; controls and retraining, the target, are none."""
    names = [name for name in methods_for(forget.kind) if name != GOLD and not is_control(name)]
    return [name for name in names if Search(dataset, forget, name, 1).ranges]


def _check(search: Search) -> None:
    """Raises: SpecError: the method has nothing to search, or what is to be forgotten does not fit."""
    if search.method == GOLD or not search.ranges:
        raise SpecError(
            f"There is nothing to tune in {search.method}; choose some of "
            f"{', '.join(tunable(search.dataset, search.forget))}."
        )
    plan_run(search.dataset, search.forget, search.method)


@dataclass(frozen=True)
class Stage:
    """Jobs that can be done at once. Args: name: in STAGES. left: those to do. total: how many there are of it."""

    name: str
    left: list[Job[Storable]]
    total: int


def _without_failed(stage: Stage, has_failed: Callable[[str], bool]) -> Stage:
    return replace(stage, left=[job for job in stage.left if not has_failed(job.digest)])


def _report(search: Search, work: Driver) -> dict[str, Any] | None:
    runs = search.trials()
    bands = [BandJob.of(spec).digest for spec in runs[0]]
    if not all(work.is_there(digest, Band) for digest in bands):
        return None
    references = [work.result(digest, Band).measures for digest in bands]
    trials = [_trial(point, specs, references, work) for point, specs in zip(search.points(), runs, strict=True)]
    number = best([trial["objective"] for trial in trials])
    if number is None:
        return None
    return {
        "dataset": search.dataset, "model": search.model, "forget": search.forget.to_json(), "method": search.method,
        "n_trials": search.n_trials, "seed": search.seed, "n_networks": search.n_networks,
        "ranges": {name: [float(f"{end:.{_DIGITS_KEPT}g}") for end in ends] for name, ends in search.ranges.items()},
        "chosen": {"trial": number, **trials[number]}, "trials": trials,
        "reference": {
            name: [_rounded(value) for reference in references for value in reference[name]]
            for name in trials[number]["measures"]
        },
    }  # fmt: skip


def _trial(
    point: dict[str, Setting],
    specs: Sequence[RunSpec],
    references: Sequence[Mapping[str, list[float | None]]],
    work: Driver,
) -> dict[str, Any]:
    """Means over the networks; `objective` and `measures` are None where a run failed, or is not done."""
    trial: dict[str, Any] = {"settings": point, "runs": [spec.digest for spec in specs]}
    jobs = [TrialJob(spec) for spec in specs]
    if not all(work.is_there(job.digest, Trial) and work.is_there(job.spec.digest, RunResult) for job in jobs):
        return trial | {"objective": None, "measures": None}
    found = [work.result(job.digest, Trial).measures for job in jobs]
    distances = [distance(measures, reference) for measures, reference in zip(found, references, strict=True)]
    means = {name: _mean([measures[name] for measures in found]) for name in found[0]}
    return trial | {
        "objective": _rounded(float(np.mean(distances))),
        "measures": {name: _rounded(value) for name, value in means.items()},
    }


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, _DECIMALS)
