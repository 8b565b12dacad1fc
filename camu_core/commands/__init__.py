"""The command line, one command a file: `add_arguments(parser)` and `run(arguments)`; `COMMANDS` lists them."""

from types import ModuleType

from camu_core.commands import band, bench, datasets, dial, doctor, memorisation, reproduce, run, sweep, train, tune

COMMANDS: dict[str, ModuleType] = {
    "run": run, "sweep": sweep, "reproduce": reproduce, "train": train, "band": band,
    "memorisation": memorisation, "tune": tune, "dial": dial, "datasets": datasets, "doctor": doctor, "bench": bench,
}  # fmt: skip
