"""Methods of one's own: Python files named by CAMU_METHODS, whose classes then stand beside ours everywhere.

The files run as code of whoever starts the program, so they are the operator's to name, never a visitor's.
"""

import hashlib
import inspect
import os
import re
import sys
import threading
import traceback
from collections.abc import Iterable, Iterator, MutableMapping
from dataclasses import Field
from pathlib import Path
from types import ModuleType

from camu_core.config import METHOD_FILES, method_files
from camu_core.errors import CamuError, MethodFileError, RunError, SpecError
from camu_core.methods.base import Method, UnlearningTask
from camu_core.progress import Step
from camu_core.settings import Settings
from camu_core.specs import FORGET_KINDS, GIVEN

# attribute of a method class -> its type; with the two functions, all that `Method` asks for
_WORDS = {
    "name": str, "title": str, "summary": str, "source": str, "uses_retain_data": bool, "uses_labels": bool,
}  # fmt: skip
_FUNCTIONS = ("default_config", "unlearn")
_OPTIONAL = ("forget_kinds", "batches_pairs", "unlearn_together")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_MEND = "Fix it and start the program again."
_KINDS = {str: "a text", bool: "True or False"}


class MethodRegistry(MutableMapping[str, Method]):
    """Ours, then those of CAMU_METHODS, by name. The files are read when somebody first looks, and again when the
    variable has changed; a file that is changed later is not: start the program again.

    Every access raises `MethodFileError` while a file is wrong.
    """

    def __init__(self, ours: Iterable[Method]) -> None:
        self._ours = {method.name: method for method in ours}
        self._methods: dict[str, Method] = {}
        self._files: tuple[str, ...] | None = None
        self._lock = threading.RLock()

    def _all(self) -> dict[str, Method]:
        with self._lock:
            files = method_files()
            if files != self._files:
                self._methods, self._files = dict(self._ours), files  # what a file sees that looks in here
                try:
                    for file in files:
                        _add(self._methods, load_file(file))
                except BaseException:
                    self._files = None
                    raise
            return self._methods

    def of(self, name: str, sha256: str) -> Method:
        """The method of a run.

        Args:
            sha256: see `RunSpec.method_sha256`.
        Raises:
            SpecError: it is not here, or not in this version.
        """
        if name not in self or self.sha256(name) != sha256:
            which = f" from a file of sha256 {sha256[:12]}" if sha256 else ""
            raise SpecError(
                f"The process that should do this has no method '{name}'{which}; start the program, and its Dask "
                f"workers, with {METHOD_FILES} naming that very file."
            )
        return self[name]

    def sha256(self, name: str) -> str:
        """sha256 of the file that a method comes from; empty for our own."""
        method = self[name]
        return method.sha256 if isinstance(method, FileMethod) else ""

    def title(self, name: str, sha256: str) -> str:
        """What a run's method is called on pages, also when it is not here any more, or in another version."""
        if name == GIVEN:
            return f"Given network ({sha256[:8]})"
        is_here = name in self
        title = self[name].title if is_here else name
        return title if sha256 == (self.sha256(name) if is_here else "") else f"{title} (version {sha256[:8]})"

    def from_files(self) -> list["FileMethod"]:
        return [method for method in self.values() if isinstance(method, FileMethod)]

    def __getitem__(self, name: str) -> Method:
        return self._all()[name]

    def __setitem__(self, name: str, method: Method) -> None:
        self._all()[name] = method

    def __delitem__(self, name: str) -> None:
        del self._all()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())


class FileMethod:
    """A method from a file, which says in one sentence where in that file a run went wrong.

    Args:
        method: an instance of the class in the file.
        file: as named in CAMU_METHODS.
        sha256: of its content.
    """

    name: str
    title: str
    summary: str
    source: str
    uses_retain_data: bool
    uses_labels: bool

    def __init__(self, method: Method, file: str, sha256: str) -> None:
        self._method, self.file, self.sha256 = method, file, sha256
        for attribute in (*_WORDS, *(each for each in _OPTIONAL if hasattr(method, each))):
            setattr(self, attribute, getattr(method, attribute))

    def default_config(self, dataset: str, forget_kind: str, model: str = "cnn") -> Settings:
        """Raises: MethodFileError if the file's fails or gives something else than settings."""
        where = f"{type(self._method).__name__}.default_config in {self.file}"
        try:
            config = self._method.default_config(dataset, forget_kind, model)
        except Exception as error:
            raise MethodFileError(f"{where} fails at {_told(error, self.file)}. Fix it.") from error
        if not isinstance(config, Settings):
            raise MethodFileError(f"{where} must return settings, a subclass of Settings; got {config!r}. Fix it.")
        if any(isinstance(value, Field) for value in vars(type(config)).values()):
            raise MethodFileError(f"{type(config).__name__} in {self.file} needs @dataclass(frozen=True) above it.")
        return config

    def unlearn(self, task: UnlearningTask, config: Settings) -> Iterator[Step]:
        """Raises: RunError if the file's fails, yields something else than steps, or other than it announced."""
        where = f"{type(self._method).__name__}.unlearn in {self.file}"
        step = None
        try:
            for step in self._method.unlearn(task, config):
                if not isinstance(step, Step):
                    raise RunError(f"{where} must yield a Step after each change; got {step!r}. {_MEND}")
                yield step
        except CamuError:
            raise
        except Exception as error:
            raise RunError(f"{where} fails at {_told(error, self.file)}. {_MEND}") from error
        if step is None or step.index != step.total:
            got = f"{step.index} of {step.total}" if step else "none"
            raise RunError(f"{where} must end with the last of its steps, such as Step(20, 20); got {got}. {_MEND}")


def load_file(file: str) -> list[FileMethod]:
    """Run a file and make one of each method class in it.

    Raises:
        MethodFileError: it cannot be read or run, or has no method class, or an incomplete one.
    """
    try:
        content = Path(file).read_bytes()
    except OSError as error:
        raise MethodFileError(
            f"Cannot read {file} ({error.strerror}); {METHOD_FILES} must name Python files, "
            f"with '{os.pathsep}' between them."
        ) from error
    sha256 = hashlib.sha256(content).hexdigest()
    classes = [each for each in _classes(_run(file, content, sha256)) if any(hasattr(each, f) for f in _FUNCTIONS)]
    if not classes:
        raise MethodFileError(
            f"There is no method in {file}; expected a class with {', '.join([*_WORDS, *_FUNCTIONS])}, "
            "as in CONTRIBUTING.md."
        )
    return [_method(each, file, sha256) for each in classes]


def _add(methods: dict[str, Method], found: list[FileMethod]) -> None:
    """Raises: MethodFileError if a name or a title is taken."""
    for new in found:
        for attribute in ("name", "title"):
            if any(getattr(new, attribute) == getattr(method, attribute) for method in methods.values()):
                raise MethodFileError(
                    f"The {attribute} '{getattr(new, attribute)}' in {new.file} is taken by another method; "
                    "choose another."
                )
        methods[new.name] = new


def _method(cls: type[Method], file: str, sha256: str) -> FileMethod:
    """Raises: MethodFileError if the class is not what `Method` asks for."""
    where = f"{cls.__name__} in {file}"
    for attribute, kind in _WORDS.items():
        if not hasattr(cls, attribute):
            raise MethodFileError(f"{where} lacks {attribute}; give it {_KINDS[kind]}.")
        value = getattr(cls, attribute)
        if not isinstance(value, kind) or value == "":
            raise MethodFileError(f"{attribute} of {where} must be {_KINDS[kind]}; got {value!r}.")
    kinds = getattr(cls, "forget_kinds", tuple(FORGET_KINDS))
    if not (isinstance(kinds, tuple) and kinds and set(kinds) <= set(FORGET_KINDS)):
        raise MethodFileError(f"forget_kinds of {where} must be a tuple of {', '.join(FORGET_KINDS)}; got {kinds!r}.")
    if not _NAME.fullmatch(cls.name):
        raise MethodFileError(
            f"name of {where} must be up to 40 small letters, digits and _, a letter first; got {cls.name!r}."
        )
    for function in _FUNCTIONS:
        if not callable(getattr(cls, function, None)):
            raise MethodFileError(f"{where} lacks {function}; write one, as in CONTRIBUTING.md.")
    try:
        method = FileMethod(cls(), file, sha256)
    except Exception as error:
        raise MethodFileError(f"{where} cannot be made: {_told(error, file)}. It must need no argument.") from error
    method.default_config("digits", "class")  # so that a mistake in it is told at once
    return method


def _run(file: str, content: bytes, sha256: str) -> ModuleType:
    """The file's module; of these very bytes, and not of a compiled copy that Python keeps of another version."""
    module = ModuleType(f"camu_method_{sha256[:12]}")
    module.__file__ = file
    sys.modules[module.__name__] = module  # dataclasses look themselves up there
    try:
        exec(compile(content, file, "exec"), vars(module))
    except (Exception, SystemExit) as error:
        del sys.modules[module.__name__]
        raise MethodFileError(
            f"{file} cannot be imported: {_told(error, file)}. Fix it, or take it out of {METHOD_FILES}."
        ) from error
    return module


def _told(error: BaseException, file: str) -> str:
    """'line 3 (ModuleNotFoundError: No module named 'numpyy')': the deepest line that is in the file, and the error."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    if isinstance(error, SyntaxError) and error.filename == file:
        lines.append(error.lineno)
    message = error.msg if isinstance(error, SyntaxError) else str(error)
    what = ": ".join(part for part in (type(error).__name__, " ".join(message.split()).rstrip(".")) if part)
    return f"line {lines[-1]} ({what})" if lines else what


def _classes(module: ModuleType) -> list[type]:
    """Public ones that the file defines itself, in its order."""
    return [
        value
        for name, value in vars(module).items()
        if inspect.isclass(value) and value.__module__ == module.__name__ and not name.startswith("_")
    ]
