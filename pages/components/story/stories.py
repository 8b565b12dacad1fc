"""The stories of the Start page: what each of their scenes shows, and what is forgotten in them."""

from collections.abc import Callable
from dataclasses import dataclass

from camu_core import RunSpec
from pages.components.shared import state
from pages.components.story import last_scenes, owner, owner_judged, scenes, text, text_owner
from pages.components.story import state as state_story

Told = Callable[[state.OpenRun], None]


@dataclass(frozen=True)
class Story:
    """Two scenes before a run, one while it is played, and those about it when it is finished.

    Args:
        knows, choose: the scenes before it.
        watch: the scene that plays it.
        judged: the scenes about the finished run.
        chosen: what a press on the button of the second scene starts.
        run: which run is told.
        press, again: words of that button, and of the last scene's.
        begin_again: what the last scene's button does.
    """

    knows: Callable[[], None]
    choose: Callable[[], None]
    watch: Told
    judged: tuple[Told, ...]
    chosen: Callable[[], RunSpec]
    run: Callable[[], state.OpenRun]
    press: str
    again: str
    begin_again: Callable[[], None]


STORIES = {
    "digit": Story(
        knows=scenes.knows,
        choose=scenes.choose,
        watch=scenes.watch,
        judged=(scenes.judged, scenes.strengths, scenes.why, last_scenes.attacks, last_scenes.limits),
        chosen=scenes.chosen,
        run=owner.not_the_owners_run,
        press=text.PRESS,
        again=text.AGAIN,
        begin_again=lambda: state_story.go_to(2),
    ),
    "owner": Story(
        knows=owner.knows,
        choose=owner.request,
        watch=owner.watch,
        judged=(owner_judged.recognised, owner_judged.told_apart, owner_judged.harmed, owner_judged.reply),
        chosen=owner.chosen,
        run=owner.owners_run,
        press=text_owner.PRESS,
        again=text_owner.AGAIN,
        begin_again=owner.forget_again,
    ),
}
